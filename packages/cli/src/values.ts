import { InvalidArgumentError } from 'commander';

const UNITS: Record<string, number> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** A size in bytes: '256M', '2G', '65536', '512KiB'. */
export function parseSize(text: string): number {
  const match = /^(\d+)\s*([kmg]?)(?:i?b)?$/i.exec(text);
  if (!match) throw new InvalidArgumentError(`'${text}' is no size; write it like 64M or 2G.`);
  const size = Number(match[1]) * UNITS[match[2]!.toUpperCase()]!;
  if (!Number.isSafeInteger(size)) throw new InvalidArgumentError(`'${text}' is too large.`);
  return size;
}

/** A whole number in a range. */
export function parseWhole(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high) {
      throw new InvalidArgumentError(`'${text}' is not a whole number from ${low} to ${high}.`);
    }
    return value;
  };
}

/** Seconds, fractions allowed. */
export function parseSeconds(text: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError(`'${text}' is not a positive number of seconds.`);
  }
  return value;
}

/** K=V, gathered. */
export function parseEnvironment(text: string, before: Record<string, string> = {}): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError(`'${text}' is not of the form NAME=VALUE.`);
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}

export interface MountRequest {
  host: string;
  guest: string;
  readOnly: boolean;
}

/** HOST:GUEST[:ro], gathered. */
export function parseMount(text: string, before: MountRequest[] = []): MountRequest[] {
  const match = /^([^:]+):(\/[^:]*)(:ro)?$/.exec(text);
  if (!match) throw new InvalidArgumentError(`'${text}' is not of the form HOST:GUEST[:ro] with an absolute GUEST.`);
  return [...before, { host: match[1]!, guest: match[2]!, readOnly: match[3] !== undefined }];
}

/** UID[:GID]; the group is the user's number unless given. */
export function parseUser(text: string): { uid: number; gid: number } {
  const match = /^(\d+)(?::(\d+))?$/.exec(text);
  if (!match) throw new InvalidArgumentError(`'${text}' is not of the form UID[:GID], in numbers.`);
  const uid = Number(match[1]);
  return { uid, gid: match[2] === undefined ? uid : Number(match[2]) };
}

/** Words with commas between them, gathered; each one of `choices` where they are given. */
export function parseList<T extends string>(
  choices?: readonly T[],
): (text: string, before?: readonly T[]) => readonly T[] {
  return (text, before = []) => {
    const words = text.split(',').filter((word) => word !== '');
    const wrong = words.find((word) => choices && !choices.some((choice) => choice === word));
    if (wrong !== undefined || words.length === 0) {
      throw new InvalidArgumentError(`'${wrong ?? text}' is none of ${choices?.join(', ') ?? 'the names there are'}.`);
    }
    return [...before, ...(words as T[])];
  };
}
