import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/schema';
import { environmentOf } from '../config/trading-environment';
import { preflightTermsOf } from '../config/preflight-terms';
import type { AccountReport } from '../domain/preflight/facts';
import type { VenueOutcome } from '../domain/outcome';
import type { PreflightFinding } from '../domain/preflight/finding';
import { describeAccount } from '../observability/account-health';
import { ExitCode } from '../process/exit-codes';
import { Preflight } from '../trading/preflight/preflight';
import { VenueError, type Venue } from '../venues/venue';
import { CliError } from './cli-error';
import { openVenueAccess, type OpenAccess, type VenueAccess } from './venue-access';

/** No round of questions begins later. */
const WAIT_MAX_MS = 5_000;

/** More symbols than half of a window holds are asked window by window, at most so many: 200 symbols need eight. */
const WINDOWS_MAX = 10;

/** What was found out about the account. */
export interface VenueCheck {
  readonly venue: string;
  readonly environment: string;
  /** Absent: nothing was asked. */
  readonly report?: AccountReport;
  readonly findings: readonly PreflightFinding[];
  /** What the engine's account says of itself that is not well, a sentence each. */
  readonly problems: readonly string[];
  /** Whether entries are sent at all, as a person ordered; absent: no engine runs. */
  readonly tradingState?: 'active' | 'reducing' | 'halted';
  /** Why nothing was asked; absent: it was. */
  readonly held?: { readonly why: 'banned' | 'no_room' | 'silent'; readonly sentence: string };
}

/** The adapter as this configuration has it. @throws CredentialsError, VenueSetupError, ProxyError */
export async function openVenue(config: Config, env: NodeJS.ProcessEnv): Promise<Venue> {
  const { venue: name, venues, paperVenue } = config;
  const settings = venues[name];
  if (!settings) throw new Error(`The venue "${name}" is not configured.`);
  const [{ createVenue }, { credentialsOf }] = await Promise.all([
    import('../venues/create-venue'),
    import('../venues/ccxt/credentials'),
  ]);
  const isPaper = settings.environment === 'paper';
  return createVenue({
    name,
    config: settings,
    baseUrl: isPaper ? `http://127.0.0.1:${paperVenue.port}` : undefined,
    credentials: credentialsOf(config, env),
    permits: 'not needed',
    takerFee: isPaper ? paperVenue.takerFee : undefined,
    env,
  });
}

/**
 * Asks the venue what it tells of the account, and judges it; changes nothing. Every request has a permit of the engine that runs, or
 * keeps a pace of its own where none does; where neither is certain, nothing is asked.
 *
 * @param opened whoever may say that it may be asked; absent: it is found out, and closed again
 * @throws CliError where the adapter tells nothing; CredentialsError, VenueSetupError, ProxyError
 */
export async function askVenue(
  config: Config,
  env: NodeJS.ProcessEnv,
  { waitMaxMs = WAIT_MAX_MS, opened, onWait }: AskOptions = {},
): Promise<VenueCheck> {
  const venue = await openVenue(config, env);
  let access: VenueAccess | undefined;
  const reopen = async (): Promise<VenueAccess> => {
    if (access?.status === 'open') await access.close();
    return (access = await openVenueAccess(config, env));
  };
  try {
    const first = opened ?? (await reopen());
    return await lookThrough({ config, venue, waitMaxMs, first, ...(onWait && { onWait, reopen }) });
  } finally {
    await venue.close();
    if (access?.status === 'open') await access.close();
  }
}

interface AskOptions {
  readonly waitMaxMs?: number;
  readonly opened?: VenueAccess;
  /** Told before more symbols than fit are waited for, in seconds; absent: nobody waits. */
  readonly onWait?: (seconds: number) => void;
}

interface Look extends Pick<AskOptions, 'onWait'> {
  readonly config: Config;
  readonly venue: Venue;
  readonly waitMaxMs: number;
  readonly first: VenueAccess;
  readonly reopen?: () => Promise<VenueAccess>;
}

async function lookThrough({ config, venue, waitMaxMs, first, onWait, reopen }: Look): Promise<VenueCheck> {
  let access = first;
  const { venue: name, venues, dataDir } = config;
  const { inspector } = venue;
  if (!inspector) throw new CliError(`The adapter of ${name} tells nothing of the account.`, ExitCode.FAILURE);
  const found = { venue: name, environment: environmentOf(config) };
  if (access.status === 'held') {
    const { why, sentence } = access;
    return { ...found, findings: [], problems: [], held: { why, sentence } };
  }
  const { health } = access;
  let open = access;
  venue.onLimitReport((report) => open.hear(report));
  let isHeard = false;
  let silence: VenueOutcome | undefined;
  venue.onRequestReport(({ outcome }) => {
    if (outcome === undefined || outcome.venueCode !== undefined || outcome.httpStatus !== undefined) isHeard = true;
    else silence = outcome;
  });
  const silenceSoFar = (): VenueOutcome | undefined => (isHeard ? undefined : silence);
  const { keptAccounts } = await import('../temporal/kept-account');
  const terms = preflightTermsOf(config);
  const preflight = new Preflight({
    inspector,
    symbols: venues[name]?.symbols ?? [],
    // Where one question met no answer at all, and none was answered, the others are not tried.
    mayAsk: async (endpoint) => {
      const outcome = silenceSoFar();
      if (outcome !== undefined) throw new VenueError(outcome);
      await open.mayAsk(endpoint);
    },
    terms: { ...terms, leverageAtVenue: terms.leverageAtVenue === 'set' ? 'will_set' : terms.leverageAtVenue },
    keptAccountIds: () => keptAccounts(dataDir, name),
    questionsMax: Infinity,
    isHopeless: () => open.left() < 1 || silenceSoFar() !== undefined,
    nowMs: () => venue.clockMs() ?? Date.now(),
  });
  // The first signature needs the venue's clock: a request as any other, with a permit of its own.
  await askTime(venue, open);
  let findings = await preflight.look(waitMaxMs);
  for (
    let windows = 1;
    windows < WINDOWS_MAX && open.left() < 1 && open.isTooFew(preflight.questionCount);
    windows += 1
  ) {
    if (preflight.isComplete || onWait === undefined || reopen === undefined) break;
    onWait(open.againInSeconds);
    await delay(open.againInSeconds * 1_000);
    access = await reopen();
    if (access.status === 'held') break;
    open = access;
    findings = await preflight.look(waitMaxMs);
  }
  const problems = health === undefined ? [] : describeAccount(name, health, Date.now()).problems;
  return { ...found, report: preflight.report, findings, problems, tradingState: health?.tradingState };
}

/** What it fails with is told by the questions that follow. */
export async function askTime(venue: Venue, { mayAsk }: Pick<OpenAccess, 'mayAsk'>): Promise<void> {
  try {
    await mayAsk('market_data');
    await venue.time();
  } catch (error) {
    if (!(error instanceof VenueError)) throw error;
  }
}
