import { StructWriter } from '../../../abi/struct.ts';
import type { Kernel } from '../../../kernel.ts';
import type { SocketBase } from '../socket-state.ts';

/** Linux 6.1 include/uapi/linux/sock_diag.h */
export const SOCK_DIAG_BY_FAMILY = 20;

/** What of a connection is shut: bit 0 receiving, bit 1 sending. Linux: sk->sk_shutdown */
export function shutdownMask({ readShut, writeShut }: SocketBase): number {
  return (readShut ? 1 : 0) | (writeShut ? 2 : 0);
}

/** Sizes that SK_MEMINFO_* name. Linux 6.1 net/core/sock.c: sk_get_meminfo */
export function memoryBytes(kernel: Kernel, socket: SocketBase): Uint8Array {
  const { inboxBytes, receiveBuffer, sendBuffer } = socket;
  return new StructWriter(kernel, 36).u32(inboxBytes).u32(receiveBuffer).u32(0).u32(sendBuffer).bytes;
}
