import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/schema';
import { environmentOf } from '../config/trading-environment';
import { preflightTermsOf } from '../config/preflight-terms';
import type { AccountReport } from '../domain/preflight/facts';
import type { PreflightFinding } from '../domain/preflight/finding';
import { Preflight } from '../trading/preflight/preflight';
import type { EndpointGroup } from '../venues/venue';
import { CliError } from './cli-error';
import { ExitCode } from '../process/exit-codes';

/** What does not answer by then is not waited for. */
const WAIT_MAX_MS = 15_000;
/** Where no engine runs, nobody else uses up the limits: below the narrowest of them, five requests a second for fee rates. */
const PACE_MS = 220;
/** An engine that runs gives permits at once. */
const PERMIT_MAX_MS = 3_000;

/** What was found out about the account. */
export interface VenueCheck {
  readonly venue: string;
  readonly environment: string;
  readonly report: AccountReport;
  readonly findings: readonly PreflightFinding[];
}

type MayAsk = (endpoint: EndpointGroup) => Promise<void>;

/**
 * Asks the venue what it tells of the account, and judges it; changes nothing. Where an engine runs, its limiter is asked before every
 * request.
 *
 * @throws CliError where the adapter tells nothing; CredentialsError, VenueSetupError, ProxyError
 */
export async function askVenue(config: Config, env: NodeJS.ProcessEnv, waitMaxMs = WAIT_MAX_MS): Promise<VenueCheck> {
  const { venue: name, venues, paperVenue, dataDir } = config;
  const settings = venues[name];
  if (!settings) throw new Error(`The venue "${name}" is not configured.`);
  const [{ createVenue }, { credentialsOf }, { keptAccounts }] = await Promise.all([
    import('../venues/create-venue'),
    import('../venues/ccxt/credentials'),
    import('../temporal/kept-account'),
  ]);
  const isPaper = settings.environment === 'paper';
  const venue = createVenue({
    name,
    config: settings,
    baseUrl: isPaper ? `http://127.0.0.1:${paperVenue.port}` : undefined,
    credentials: credentialsOf(config, env),
    permits: 'not needed',
    takerFee: isPaper ? paperVenue.takerFee : undefined,
    env,
  });
  const limiter = await openLimiter(config, env);
  try {
    const { inspector } = venue;
    if (!inspector) throw new CliError(`The adapter of ${name} tells nothing of the account.`, ExitCode.FAILURE);
    const terms = preflightTermsOf(config);
    const preflight = new Preflight({
      inspector,
      symbols: settings.symbols,
      mayAsk: limiter?.mayAsk ?? ownPace(isPaper ? 0 : PACE_MS),
      terms: { ...terms, leverageAtVenue: terms.leverageAtVenue === 'set' ? 'will_set' : terms.leverageAtVenue },
      keptAccountIds: () => keptAccounts(dataDir, name),
      questionsMax: Infinity,
      nowMs: () => venue.clockMs() ?? Date.now(),
    });
    const findings = await preflight.look(waitMaxMs);
    return { venue: name, environment: environmentOf(config), report: preflight.report, findings };
  } finally {
    await venue.close();
    await limiter?.close();
  }
}

/** One request after the other, each so long after the one before. */
function ownPace(spanMs: number): MayAsk {
  let last = Promise.resolve();
  return () => {
    const mine = last;
    last = mine.then(() => delay(spanMs));
    return mine;
  };
}

/** The limiter of an engine that runs. @returns undefined where none gives permits */
async function openLimiter(
  config: Config,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly mayAsk: MayAsk; close(): Promise<void> } | undefined> {
  const [{ connectClient, embeddedAddress, resolveAnyTarget }, { isPortListening }] = await Promise.all([
    import('../temporal/connection'),
    import('../net/ports'),
  ]);
  const target = resolveAnyTarget(config, env);
  const { port } = config.temporal;
  if (target.address === embeddedAddress(port) && !(await isPortListening(port))) return undefined;
  const [{ EntityCaller }, { VenueAccountClient }, { Permits }] = await Promise.all([
    import('../trading/entity-caller'),
    import('../trading/venue-account-client'),
    import('../trading/permits'),
  ]);
  try {
    const { client, connection } = await connectClient(target);
    const entities = new EntityCaller(client, config.workers.entityCallsMax, () =>
      Promise.reject(new Error('No account runs.')),
    );
    const permits = new Permits(new VenueAccountClient(entities, environmentOf(config)), config.venue);
    const isThere = await Promise.race([
      permits.forRead('account', 'entry').then(
        () => true,
        () => false,
      ),
      delay(PERMIT_MAX_MS, false, { ref: false }),
    ]);
    if (isThere)
      return {
        mayAsk: async (endpoint) => void (await permits.forRead(endpoint, 'entry')),
        close: () => connection.close(),
      };
    await connection.close();
    return undefined;
  } catch {
    // No server, or none that lets us in: no engine of ours trades there, either.
    return undefined;
  }
}
