import { describe, expect, it } from 'vitest';
import { readScript } from './script.ts';

const line = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

describe('#! lines', () => {
  it('name an interpreter and at most one argument', () => {
    expect(readScript(line('#!/bin/sh\necho'))).toEqual({ interpreter: '/bin/sh', argument: undefined });
    expect(readScript(line('#! \t/usr/bin/env  python3 -u \t\nx'))).toEqual({
      interpreter: '/usr/bin/env',
      argument: 'python3 -u',
    });
    expect(readScript(line('#!/bin/sh'))).toEqual({ interpreter: '/bin/sh', argument: undefined });
  });

  it('are refused without an interpreter, or where its path is cut off', () => {
    expect(readScript(line('#!\n'))).toBe(-8);
    expect(readScript(line('#!   \n'))).toBe(-8);
    expect(readScript(line(`#!/${'x'.repeat(300)}\n`).subarray(0, 256))).toBe(-8);
  });

  it('let a long argument be cut off', () => {
    const script = readScript(line(`#!/bin/sh ${'x'.repeat(300)}`).subarray(0, 256));
    expect(script).toEqual({ interpreter: '/bin/sh', argument: 'x'.repeat(246) });
  });

  it('are for scripts only', () => {
    expect(readScript(line('\x7fELF'))).toBeUndefined();
    expect(readScript(line(''))).toBeUndefined();
    expect(readScript(line('#'))).toBeUndefined();
  });
});
