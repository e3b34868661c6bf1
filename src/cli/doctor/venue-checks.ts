import type { Config } from '../../config/schema';
import { parseDecimal } from '../../domain/decimal';
import { emptyAccountWords } from '../../domain/empty-account';
import type { SnapshotCommand } from '../../domain/ledger/types';
import { environmentOf } from '../../config/trading-environment';
import { isPortListening } from '../../net/ports';
import { type EndpointGroup, type Venue, VenueError } from '../../venues/venue';
import { askTime, openVenue } from '../ask-venue';
import { type Check, type DoctorContext, type Finding, mend, skipped, unknown, well } from './check';

/** Whether the paper venue would have to be asked, and does not run. */
export async function isPaperIdle(config: Config): Promise<boolean> {
  return environmentOf(config) === 'paper' && !(await isPortListening(config.paperVenue.port));
}

export const PAPER_IDLE = 'the paper venue does not run: it is asked after "oncefill start"';

/**
 * Uses an adapter of its own for one question, whose requests have their permits as all others; where none may be asked, that is told
 * once, by the pre-flight.
 */
async function withVenue(
  { config, env, access }: DoctorContext,
  ask: (venue: Venue, mayAsk: (endpoint: EndpointGroup) => Promise<void>) => Promise<Finding>,
): Promise<Finding> {
  if (config.venues[config.venue] === undefined)
    return mend(`${config.venue} is not configured`, 'set venue to a key of venues');
  if (await isPaperIdle(config)) return skipped(PAPER_IDLE);
  const opened = await access();
  if (opened.status === 'held') return skipped('the venue may not be asked now: see "venue pre-flight"');
  const venue = await openVenue(config, env);
  venue.onLimitReport(opened.hear);
  try {
    return await ask(venue, opened.mayAsk);
  } catch (error) {
    if (!(error instanceof VenueError)) throw error;
    const { kind, message, httpStatus, venueCode } = error.outcome;
    const said = message.replace(/\.$/, '');
    // Nothing was asked, or the venue is there and serves others first.
    if (kind === 'RATE_LIMITED') return unknown(`not known (${said})`);
    const isSilent = httpStatus === undefined && venueCode === undefined;
    return mend(
      said,
      isSilent
        ? "look at this machine's network, name service and proxy"
        : 'look at the key, its region and environment',
    );
  } finally {
    await venue.close();
  }
}

/** @param offsetMs the venue's clock minus ours */
export function judgeVenueClock(offsetMs: number, skewMs: number, receiveWindowMs: number): Finding {
  const found = `${Math.abs(offsetMs)} ms ${offsetMs < 0 ? 'behind' : 'ahead of'} ours`;
  if (Math.abs(offsetMs) <= skewMs) return well(found);
  const bound = `more than the ${skewMs} ms of clockSkewMs (requests are good for ${receiveWindowMs} ms)`;
  return mend(`${found}, ${bound}`, "let this machine's clock follow NTP");
}

/** @param who the venue and its environment, for people */
export function judgeBalance(who: string, assets: SnapshotCommand['assets'], settleAsset: string): Finding {
  const total = parseDecimal(assets[settleAsset]?.total);
  const known = `${who} knows the keys and tells`;
  if (total === undefined) return mend(`${known} no balance of ${settleAsset}`, `move ${settleAsset} into the account`);
  if (!total.isZero()) return well(`${known} a balance of ${settleAsset}`);
  const [found = '', remedy = ''] = emptyAccountWords(settleAsset).split('; ');
  return mend(`${known} ${found}`, remedy);
}

export const VENUE_CLOCK_CHECK: Check = {
  name: 'venue clock',
  run: (context) =>
    withVenue(context, async (venue, mayAsk) => {
      const { config } = context;
      await mayAsk('market_data');
      const askedAtMs = Date.now();
      const atMs = await venue.time();
      // Half of the way there and back.
      const offsetMs = Math.round(atMs - (askedAtMs + Date.now()) / 2);
      const { clockSkewMs = 0, receiveWindowMs = 0 } = config.venues[config.venue] ?? {};
      return judgeVenueClock(offsetMs, clockSkewMs, receiveWindowMs);
    }),
};

export const VENUE_ACCOUNT_CHECK: Check = {
  name: 'venue account',
  run: (context) =>
    withVenue(context, async (venue, mayAsk) => {
      const { config } = context;
      await askTime(venue, { mayAsk });
      await mayAsk('account');
      const { assets } = await venue.balances();
      const settleAsset = config.venues[config.venue]?.settleAsset ?? '';
      const who = `${config.venue} (${environmentOf(config)})`;
      return judgeBalance(who, assets, settleAsset);
    }),
};
