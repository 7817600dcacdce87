import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressBytes, addressText } from './address.ts';

test.each([
  ['192.0.2.1', '00000000000000000000ffffc0000201', '192.0.2.1'],
  ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201', '192.0.2.1'],
  ['::1', '00000000000000000000000000000001', '0:0:0:0:0:0:0:1'],
  ['::', '00000000000000000000000000000000', '0:0:0:0:0:0:0:0'],
  ['fe80::1:2%eth0', 'fe800000000000000000000000010002', 'fe80:0:0:0:0:0:1:2'],
  ['2001:db8:1:2:3:4:5:6', '20010db8000100020003000400050006', '2001:db8:1:2:3:4:5:6'],
])('%s', (text, hex, again) => {
  expect(Buffer.from(addressBytes(text), 'latin1').toString('hex')).toBe(hex);
  expect(addressText(addressBytes(text))).toBe(again);
});

test('every address has a text that leads back to it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const address = Buffer.from(bytes).toString('latin1');
      expect(isIP(addressText(address))).not.toBe(0);
      expect(addressBytes(addressText(address))).toBe(address);
    }),
  );
});
