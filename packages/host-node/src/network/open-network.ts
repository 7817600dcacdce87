import type { HostNetwork } from '@kml/kernel';

/** The host's network for a guest; only who asks for it loads the code. `onChange` wakes the machine. */
export async function openNetwork(onChange: () => void): Promise<HostNetwork> {
  const { nodeNetwork } = await import('./node-network.ts');
  return nodeNetwork(onChange);
}
