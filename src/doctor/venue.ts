import { environmentOf } from '../config/trading-environment';
import { isPortListening } from '../net/ports';
import { credentialsOf } from '../venues/ccxt/credentials';
import { createVenue } from '../venues/create-venue';
import type { Venue } from '../venues/venue';
import { ok, reasonOf, skipped, toMend, type CheckResult, type Surroundings } from './check';

/** The venue, or what a check that needs it says. */
export type VenueAccess = { readonly venue: Venue } | { readonly result: CheckResult };

/** Nothing is sent yet. The requests of the checks below are two, beside the limiter. The caller closes the venue. */
export async function openVenue({ config, env }: Surroundings): Promise<VenueAccess> {
  const settings = config.venues[config.venue];
  if (!settings) return { result: toMend(`venue ${config.venue} is not configured`, 'Correct the setting venue.') };
  const isPaper = environmentOf(config) === 'paper';
  if (isPaper && !(await isPortListening(config.paperVenue.port))) {
    return { result: skipped('the paper venue does not run; "oncefill start" starts it') };
  }
  try {
    const baseUrl = isPaper ? `http://127.0.0.1:${config.paperVenue.port}` : undefined;
    const credentials = credentialsOf(config, env);
    return { venue: createVenue({ name: config.venue, config: settings, baseUrl, credentials, env }) };
  } catch (error) {
    return { result: toMend(reasonOf(error), 'Set the variables that are named, in .env or the environment.') };
  }
}

export async function checkVenueClock({ config }: Surroundings, access: VenueAccess): Promise<CheckResult> {
  if ('result' in access)
    return access.result.status === 'skipped' ? access.result : skipped('not asked: the venue cannot be used');
  const askedAtMs = Date.now();
  try {
    const venueMs = await access.venue.time();
    const offsetMs = Math.round(venueMs - (askedAtMs + Date.now()) / 2);
    return judgeVenueClock(offsetMs, config.venues[config.venue]?.clockSkewMs ?? 0);
  } catch (error) {
    return toMend(
      `${config.venue} does not tell its time: ${reasonOf(error)}`,
      "Check this machine's network, and the venue's status page.",
    );
  }
}

/** @param offsetMs positive where the venue is ahead */
export function judgeVenueClock(offsetMs: number, skewMaxMs: number): CheckResult {
  const side = offsetMs < 0 ? 'behind' : 'ahead of';
  const found = `the venue is ${Math.abs(offsetMs)} ms ${side} this machine, and ${skewMaxMs} ms are allowed for`;
  return Math.abs(offsetMs) <= skewMaxMs
    ? ok(found)
    : toMend(found, "Let this machine's clock be kept (chrony, systemd-timesyncd).");
}

/** Reads the balances once: the key is known, may read, and its clock is accepted. Nothing is traded. */
export async function checkVenueAccount({ config }: Surroundings, access: VenueAccess): Promise<CheckResult> {
  if (environmentOf(config) === 'paper') return ok('paper: no keys are needed');
  if ('result' in access) return access.result;
  try {
    await access.venue.balances();
    return ok(`${config.venue} accepts the keys and tells the balances`);
  } catch (error) {
    return toMend(
      `${config.venue} does not tell the balances: ${reasonOf(error)}`,
      'Check the keys, their rights and the addresses they are bound to at the venue.',
    );
  }
}
