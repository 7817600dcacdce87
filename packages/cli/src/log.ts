import type { HostLog } from '@kml/machine';
import pino from 'pino';
import pretty from 'pino-pretty';

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The log on standard error: lines for people on a terminal or with `format` pretty, else JSON. Quiet unless a level is asked for. */
export function openLog(level: LogLevel, format: 'pretty' | 'json'): HostLog {
  const destination =
    format === 'pretty'
      ? pretty({ sync: true, destination: 2, ignore: 'pid,hostname' })
      : pino.destination({ dest: 2, sync: true });
  return pino({ name: 'kml', level }, destination);
}
