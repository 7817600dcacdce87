import { randomFillSync } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { nodeEntropy } from './clock.ts';

const asked = vi.hoisted(() => ({ bytes: [] as Uint8Array[] }));
// Counts up, so that each byte's place in the host's stream can be seen.
vi.mock('node:crypto', () => ({
  randomFillSync: vi.fn((into: Uint8Array) => {
    asked.bytes.push(into);
    for (let i = 0; i < into.length; i++) into[i] = (i & 0xff) ^ (asked.bytes.length << 3);
    return into;
  }),
}));

describe("the host's random bytes", () => {
  it('come in batches, of which no byte is handed out twice or kept', () => {
    const seen = Array.from({ length: 256 }, () => nodeEntropy.fill(new Uint8Array(16)));
    expect(seen).toHaveLength(256);
    expect(randomFillSync).toHaveBeenCalledTimes(1);
    expect(asked.bytes[0]!.every((byte) => byte === 0)).toBe(true);
  });

  it('are of a new batch where the last one has too few left', () => {
    nodeEntropy.fill(new Uint8Array(1000));
    const calls = vi.mocked(randomFillSync).mock.calls.length;
    for (let i = 0; i < 4; i++) nodeEntropy.fill(new Uint8Array(1000));
    expect(vi.mocked(randomFillSync).mock.calls.length).toBe(calls + 1);
  });

  it('are written whole, each place of the request', () => {
    const into = new Uint8Array(300);
    nodeEntropy.fill(into);
    // 300 bytes of a stream that counts cannot have 3 alike in a row.
    expect(into.some((byte, i) => i > 1 && byte === into[i - 1] && byte === into[i - 2])).toBe(false);
    nodeEntropy.fill(into.subarray(0, 0));
  });

  it('are asked for at once where many are wanted', () => {
    const calls = vi.mocked(randomFillSync).mock.calls.length;
    const into = new Uint8Array(100_000);
    nodeEntropy.fill(into);
    expect(vi.mocked(randomFillSync).mock.calls.length).toBe(calls + 1);
    expect(asked.bytes.at(-1)).toBe(into);
  });
});
