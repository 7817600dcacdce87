/** Addresses between the kernel's form (16 bytes as characters, IPv4 mapped) and Node's texts. */

const V4_PREFIX = `${'\0'.repeat(10)}\xff\xff`;

/** Text of an address, as Node's sockets take it. */
export function addressText(address: string): string {
  const bytes = Buffer.from(address, 'latin1');
  if (address.startsWith(V4_PREFIX)) return bytes.subarray(12).join('.');
  return Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16)).join(':');
}

/** Address of a text ('192.0.2.1', 'fe80::1%eth0', '::ffff:192.0.2.1'). */
export function addressBytes(text: string): string {
  const [plain] = text.split('%');
  const v4 = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain!);
  const v4Bytes = v4 ? String.fromCharCode(...v4.slice(1).map(Number)) : '';
  if (v4 && !plain!.includes(':')) return V4_PREFIX + v4Bytes;
  const words = v4 ? plain!.slice(0, v4.index) : plain!;
  const [front = '', back] = words.split('::');
  const bytesOf = (part: string): string =>
    part
      .split(':')
      .filter((word) => word !== '')
      .map((word) => String.fromCharCode(Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 0xff))
      .join('');
  const head = bytesOf(front);
  const tail = bytesOf(back ?? '') + v4Bytes;
  return head + '\0'.repeat(16 - head.length - tail.length) + tail;
}
