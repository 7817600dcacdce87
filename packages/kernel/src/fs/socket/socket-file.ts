import type { FileOps } from '../file-ops.ts';

/** Sockets. */
export const SOCKET_OPS: FileOps = {};
