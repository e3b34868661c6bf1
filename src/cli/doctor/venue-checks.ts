import type { Config } from '../../config/schema';
import { parseDecimal } from '../../domain/decimal';
import { emptyAccountWords } from '../../domain/empty-account';
import type { SnapshotCommand } from '../../domain/ledger/types';
import { environmentOf } from '../../config/trading-environment';
import { isPortListening } from '../../net/ports';
import type { Venue } from '../../venues/venue';
import { type Check, type Finding, mend, skipped, well } from './check';

/** Uses an adapter of its own for one question. @returns undefined where no paper venue runs */
async function withVenue(
  config: Config,
  env: NodeJS.ProcessEnv,
  ask: (venue: Venue) => Promise<Finding>,
): Promise<Finding> {
  const { venue: name, venues, paperVenue } = config;
  const venueConfig = venues[name];
  if (venueConfig === undefined) return mend(`${name} is not configured`, 'set venue to a key of venues');
  const isPaper = venueConfig.environment === 'paper';
  if (isPaper && !(await isPortListening(paperVenue.port)))
    return skipped('the paper venue does not run: it is asked after "oncefill start"');
  const [{ createVenue }, { credentialsOf }] = await Promise.all([
    import('../../venues/create-venue'),
    import('../../venues/ccxt/credentials'),
  ]);
  const baseUrl = isPaper ? `http://127.0.0.1:${paperVenue.port}` : undefined;
  const venue = createVenue({
    name,
    config: venueConfig,
    baseUrl,
    credentials: credentialsOf(config, env),
    permits: 'not needed',
  });
  try {
    return await ask(venue);
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
  run: ({ config, env }) =>
    withVenue(config, env, async (venue) => {
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
  run: ({ config, env }) =>
    withVenue(config, env, async (venue) => {
      const { assets } = await venue.balances();
      const settleAsset = config.venues[config.venue]?.settleAsset ?? '';
      const who = `${config.venue} (${environmentOf(config)})`;
      return judgeBalance(who, assets, settleAsset);
    }),
};
