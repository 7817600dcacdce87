import type { Kernel } from '../../../../kernel.ts';
import { pollConnections } from './connections.ts';
import { pollDatagrams } from './datagrams.ts';
import { pollListeners } from './listeners.ts';

/** Carries on what goes through the host's network: to be called from the run loop. */
export function pollNetwork(kernel: Kernel): void {
  const { network } = kernel.host;
  if (network === undefined) return;
  pollListeners(kernel, network);
  pollConnections(kernel, network);
  pollDatagrams(kernel, network);
}
