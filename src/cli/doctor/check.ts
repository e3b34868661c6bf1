import type { Connection } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/schema';

/** No check takes longer: what does not answer by then is what is wrong. */
export const CHECK_MAX_MS = 5_000;

/** What a check found. well: nothing to do. mend: `mend` says what. skipped: it does not apply, or not yet. */
export type Finding =
  | { readonly verdict: 'well' | 'skipped'; readonly found: string }
  | { readonly verdict: 'mend'; readonly found: string; readonly mend: string };

export interface DoctorContext {
  readonly config: Config;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Made once for all checks. @throws ServerUnavailableError */
  readonly server: () => Promise<Connection>;
}

/** A question about the installation. It changes nothing, whatever it finds. */
export interface Check {
  readonly name: string;
  readonly run: (context: DoctorContext) => Finding | Promise<Finding>;
}

/** What was found, by the check's name. */
export type Checked = Finding & { readonly name: string };

export function well(found: string): Finding {
  return { verdict: 'well', found };
}

export function skipped(found: string): Finding {
  return { verdict: 'skipped', found };
}

/** @param advice what to do, a sentence without its point */
export function mend(found: string, advice: string): Finding {
  return { verdict: 'mend', found, mend: advice };
}

/** Runs all checks at once. A check that throws or is late has found something to mend. Never throws. */
export async function runChecks(
  checks: readonly Check[],
  context: DoctorContext,
  maxMs = CHECK_MAX_MS,
): Promise<readonly Checked[]> {
  return Promise.all(checks.map(async (check) => ({ name: check.name, ...(await runOne(check, context, maxMs)) })));
}

async function runOne({ run }: Check, context: DoctorContext, maxMs: number): Promise<Finding> {
  const ended = new AbortController();
  const late = sleep(maxMs, undefined, { signal: ended.signal, ref: false }).then(
    () => mend(`no answer within ${maxMs / 1_000} s`, 'find out what hangs, and run "oncefill doctor" again'),
    () => skipped(''),
  );
  const answer = (async () => run(context))().catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    return mend(text.replace(/\.$/, ''), 'mend what is said here, and run "oncefill doctor" again');
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    ended.abort();
  }
}
