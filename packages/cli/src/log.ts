import type { HostLog } from '@kml/machine';

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The log on standard error: lines for people on a terminal or in `form` pretty, else JSON. None at
 * level silent, which most runs have: loading the logger would take a thirtieth of a short one.
 */
export async function openLog(level: LogLevel, form: 'pretty' | 'json' | undefined): Promise<HostLog | undefined> {
  if (level === 'silent') return undefined;
  const format = form ?? (process.stderr.isTTY ? 'pretty' : 'json');
  const { default: pino } = await import('pino');
  const destination =
    format === 'pretty'
      ? (await import('pino-pretty')).default({ sync: true, destination: 2, ignore: 'pid,hostname' })
      : pino.destination({ dest: 2, sync: true });
  const log: HostLog = pino({ name: 'kml', level }, destination);
  return log;
}
