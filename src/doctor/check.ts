import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/schema';

/** One question of the doctor; what answers later is told as unanswered. */
export const CHECK_MAX_MS = 15_000;

/** `skipped`: it cannot be looked at now, and that is no fault. */
export type CheckStatus = 'ok' | 'mend' | 'skipped';

/** What one check came to. */
export interface CheckResult {
  readonly status: CheckStatus;
  /** What was found, in one line. */
  readonly found: string;
  /** How to mend it; there where the status is `mend`. */
  readonly mend?: string;
}

/** A result with what was checked. */
export interface Diagnosis extends CheckResult {
  readonly check: string;
}

/** One thing that is looked at, and never changed. */
export interface Check {
  /** What is checked, in a few words. */
  readonly name: string;
  readonly run: () => Promise<CheckResult> | CheckResult;
}

/** What checks need to know of the surroundings. */
export interface Surroundings {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  /** Where `.env` is looked for. */
  readonly cwd: string;
}

export function ok(found: string): CheckResult {
  return { status: 'ok', found };
}

export function skipped(found: string): CheckResult {
  return { status: 'skipped', found };
}

export function toMend(found: string, mend: string): CheckResult {
  return { status: 'mend', found, mend };
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Runs all checks side by side, each within a bound. Never throws: a check that fails or hangs is a finding.
 *
 * @param checkMaxMs of each
 * @returns in the order of the checks
 */
export function runChecks(checks: readonly Check[], checkMaxMs = CHECK_MAX_MS): Promise<readonly Diagnosis[]> {
  return Promise.all(checks.map(async ({ name, run }) => ({ check: name, ...(await runWithin(run, checkMaxMs)) })));
}

async function runWithin(run: Check['run'], checkMaxMs: number): Promise<CheckResult> {
  const end = new AbortController();
  const late = toMend(
    `no answer within ${checkMaxMs} ms`,
    'Run it again; if it stays so, look at what does not answer.',
  );
  const timeout = sleep(checkMaxMs, late, { signal: end.signal }).catch(() => late);
  const answer = Promise.resolve()
    .then(run)
    .catch((error: unknown) => toMend(`could not be checked: ${reasonOf(error)}`, 'Mend what the message names.'));
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    end.abort();
  }
}
