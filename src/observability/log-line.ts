import { isRecord } from '../domain/plain-values';

/** A line of a log, as it stands in its file. */
export interface LogLine {
  /** Without the line break. */
  readonly text: string;
  /** Bytes of a line beyond LINE_BYTES_MAX, which are not in `text`; 0: all of it is there. */
  readonly cutBytes: number;
  /** ISO 8601 in UTC; of a line that has none, the time of the one before it in its file. */
  readonly time: string;
  /** What the line says, by field; undefined: it was torn, or is not ours. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** The field of a line of the log about the log: whoever reads a part of the lines must see that some are not there. */
export const ABOUT_LOG = 'aboutLog';

/** Level names, the least urgent first. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Levels of the logging library that ours do not name. */
const NEIGHBOURS: Readonly<Record<string, LogLevel>> = { trace: 'debug', fatal: 'error' };

/** Which lines are asked for; what is absent leaves none out. */
export interface LogFilter {
  readonly fingerprint?: string;
  /** Lines that this part wrote, or that are about it. */
  readonly component?: string;
  /** At least so urgent. */
  readonly level?: LogLevel;
}

/** @returns undefined for what is no object in JSON */
export function parseFields(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a line is among those asked for. What the log says of itself (that lines were dropped) always is, and so is a line
 * that cannot be read, unless it is sought for a signal that it does not name: nothing is left out that might belong.
 */
export function isAskedFor({ text, fields }: LogLine, filter: LogFilter): boolean {
  const { fingerprint, component, level } = filter;
  if (fields === undefined) return fingerprint === undefined || text.includes(fingerprint);
  if (fields[ABOUT_LOG] === true) return true;
  if (fingerprint !== undefined && !isOfSignal(fields, fingerprint)) return false;
  if (component !== undefined && fields['component'] !== component && fields['about'] !== component) return false;
  return level === undefined || urgencyOf(fields['level']) >= LOG_LEVELS.indexOf(level);
}

/** By its field; logs of before lines had one name the signal in their words, or by its workflow. */
function isOfSignal(fields: Readonly<Record<string, unknown>>, fingerprint: string): boolean {
  if (fields['fingerprint'] !== undefined) return fields['fingerprint'] === fingerprint;
  return Object.values(fields).some((value) => typeof value === 'string' && value.includes(fingerprint));
}

/** A level that nobody knows counts as the most urgent. */
function urgencyOf(level: unknown): number {
  const name = String(level);
  const index = LOG_LEVELS.indexOf(NEIGHBOURS[name] ?? (name as LogLevel));
  return index === -1 ? LOG_LEVELS.length : index;
}
