import type { Connection } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/schema';
import { isForUsers, reportError } from '../cli-error';
import type { VenueAccess } from '../venue-access';

/** The check of the whole, by its name. */
export const HEALTH = 'health';
/** No check takes longer, but for those that say so. */
export const CHECK_MAX_MS = 5_000;

/**
 * What a check found. well: nothing to do. mend: `mend` says what, or `found` does. unknown: it could not be found out now. skipped: it
 * does not apply, or not yet.
 */
export type Finding =
  | { readonly verdict: 'well' | 'unknown' | 'skipped'; readonly found: string }
  | { readonly verdict: 'mend'; readonly found: string; readonly mend?: string };

/** What is known before any configuration is read. */
export interface BareContext {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface DoctorContext extends BareContext {
  readonly config: Config;
  /** Made once for all checks. @throws ServerUnavailableError */
  readonly server: () => Promise<Connection>;
  /** Who says whether the venue may be asked: found out once for all checks. */
  readonly access: () => Promise<VenueAccess>;
}

/** A question about the installation. It changes nothing, whatever it finds. */
export interface Check {
  readonly name: string;
  /** It may take longer than CHECK_MAX_MS; absent: it may not. */
  readonly maxMs?: number;
  readonly run: (context: DoctorContext) => Finding | Promise<Finding>;
  /** The same as far as it goes while the configuration cannot be used; absent: it needs one. */
  readonly runBare?: (context: BareContext) => Finding | Promise<Finding>;
}

/** What was found, by the check's name. */
export type Checked = Finding & { readonly name: string };

export function well(found: string): Finding {
  return { verdict: 'well', found };
}

export function skipped(found: string): Finding {
  return { verdict: 'skipped', found };
}

/** @param advice what to do, a sentence without its point; absent: what was found says it */
export function mend(found: string, advice?: string): Finding {
  return { verdict: 'mend', found, ...(advice !== undefined && { mend: advice }) };
}

export function unknown(found: string): Finding {
  return { verdict: 'unknown', found };
}

/** Runs all checks at once. A check that throws has found something to mend; one that is late has found out nothing. Never throws. */
export async function runChecks(
  checks: readonly Check[],
  context: DoctorContext | BareContext,
  maxMs = CHECK_MAX_MS,
): Promise<readonly Checked[]> {
  return Promise.all(
    checks.map(async (check) => ({ name: check.name, ...(await runOne(check, context, check.maxMs ?? maxMs)) })),
  );
}

function ask({ run, runBare }: Check, context: DoctorContext | BareContext): Finding | Promise<Finding> {
  if ('config' in context) return run(context);
  return runBare === undefined ? skipped('it needs the configuration') : runBare(context);
}

async function runOne(check: Check, context: DoctorContext | BareContext, maxMs: number): Promise<Finding> {
  const ended = new AbortController();
  const late = sleep(maxMs, undefined, { signal: ended.signal, ref: false }).then(
    () => unknown(`not known (no answer within ${maxMs / 1_000} s: machine busy?)`),
    () => skipped(''),
  );
  const answer = (async () => ask(check, context))().catch((error: unknown) => {
    // Sentences of ours, and what is made of the system's, say what to do.
    const { message } = reportError(error);
    const isMeant = isForUsers(error);
    const [firstLine = ''] = message.split('\n');
    const found = (isMeant ? message : firstLine).replace(/\.$/, '');
    return isMeant ? mend(found) : mend(found, 'look into "oncefill logs", and run "oncefill doctor" again');
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    ended.abort();
  }
}
