import { describe, expect, test } from 'vitest';
import { PUSHES_FRAMES, runGuest, stepsOfATick, WAYS } from '../harness.ts';

describe.each(WAYS)('check 6, the stack grows: $arch in $mode mode by the $engine', (way) => {
  test('deep recursion and alloca over untouched stack, under alarms a millisecond apart', async () => {
    const { result, output } = await runGuest(way, ['deep', '150'], { hz: 1000 });
    expect(output).toMatch(/^150 frames as they were left, [1-9]\d* alarms\n$/);
    expect(result).toEqual({ kind: 'exit', status: 0 });
  });

  test('no tick is lost while the stack is starved, and nobody dies', async () => {
    // Interpreted, fewer pages: each waits for a whole tick.
    const tick = String(stepsOfATick(way.arch, 1000));
    const pages = way.engine === 'translator' ? 2000 : 20;
    const { result, output, machine } = await runGuest(way, ['starve', String(pages), tick], { hz: 1000 });
    expect(output).toBe(`${pages / 2} frames, ${pages} pages waited on\n`);
    expect(result).toEqual({ kind: 'exit', status: 0 });
    const { ticks, cycles, pageFaults } = machine.stats();
    // The other process has its share too, so there are more ticks than pages.
    expect(ticks).toBeGreaterThan(pages);
    // Jiffies go by the clock, ticks are counted; the last may not have been taken when the machine ended.
    expect(machine.kernel.state.jiffies).toBe(ticks);
    expect(Math.floor((cycles * 1000) / machine.model.clockHz) - ticks).toBeLessThanOrEqual(1);
    // In kernel mode the frames of ticks need the pages that user mode never touches, where the CPU pushes them.
    if (way.mode === 'kernel' && PUSHES_FRAMES.has(way.arch)) expect(pageFaults.minor).toBeGreaterThan(pages * 0.9);
  });
});
