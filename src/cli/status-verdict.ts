import { VITAL_PARTS, type Health } from '../observability/part-health';
import { ExitCode } from '../process/exit-codes';
import type { StatusPart } from './render-status';

/** Without these nobody can send a signal, or no order can be made of one. */
const VITAL: readonly string[] = [...VITAL_PARTS, 'api', 'paper_venue'];

/**
 * How the whole is: unhealthy where a vital part is down, degraded where anything else is not as it should be. A part that is
 * starting is not down yet.
 */
export function verdictOf(parts: readonly StatusPart[]): Health {
  if (parts.some(({ name, status }) => status === 'unhealthy' && VITAL.includes(name))) return 'unhealthy';
  return parts.every(({ status }) => status === 'healthy') ? 'healthy' : 'degraded';
}

const EXIT_CODES: Readonly<Record<Health, ExitCode>> = {
  healthy: ExitCode.SUCCESS,
  degraded: ExitCode.FAILURE,
  unhealthy: ExitCode.UNAVAILABLE,
};

/** 0 healthy, 1 degraded, 4 down. */
export function exitCodeOf(verdict: Health): ExitCode {
  return EXIT_CODES[verdict];
}

/** The verdict in the help of `status`. */
export const VERDICTS_HELP = `
Exit code: 0 all parts are up; 1 something is degraded, or down that others do without; 4 a part is
down without which nothing is traded or no signal comes in: the Temporal server, the trading engine,
the venue's account, the API, the paper venue. With --json "status" says the same: healthy, degraded,
unhealthy.`;
