import { randomUUID } from 'node:crypto';
import type { Installation } from '../harness/installation';
import { CliError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import { clientOrderIdOf } from '../src/intake/fingerprint';
import { resolveCredentials } from '../src/venues/ccxt/credentials';
import { createVenue } from '../src/venues/create-venue';
import type { Venue } from '../src/venues/venue';
import { runPaced } from './pace';
import type { BenchSignal, SignalMaker } from './signal-maker';

/** How far before an order's placing a report of recent orders reaches; the product's own asks with such a margin, too. */
const REPORT_OVERLAP_MS = 10_000;

/** What adapter and venue need for one order without Temporal, milliseconds. */
export interface AloneFigures {
  /** From the call until the adapter has the venue's answer. */
  readonly placedMs: readonly number[];
  /** The same, and then a report of recent orders that shows it filled. */
  readonly settledMs: readonly number[];
}

/** An adapter of its own, so that the product's limiter learns nothing of these orders. The caller closes it. */
export function openVenueAlone({ config, venueUrl }: Installation): Venue {
  const { venue: name } = config;
  const venueConfig = config.venues[name];
  if (!venueConfig) throw new Error(`The venue "${name}" is not configured.`);
  const credentials = resolveCredentials({ venue: name, environment: venueConfig.environment, env: {} });
  const { takerFee } = config.paperVenue;
  return createVenue({ name, config: venueConfig, baseUrl: venueUrl, credentials, permits: 'not needed', takerFee });
}

/** Places orders one after another. @throws CliError when one is not filled */
export async function tradeAlone(
  venue: Venue,
  maker: SignalMaker,
  count: number,
  abort: AbortSignal,
): Promise<AloneFigures> {
  const signals = Array.from({ length: count }, () => maker.next());
  const { pieces } = await runPaced(signals, 1, abort, (signal) => placeAndConfirm(venue, signal));
  return {
    placedMs: pieces.map(({ result }) => result),
    settledMs: pieces.map(({ durationMs }) => durationMs),
  };
}

/** @returns how long placing took, milliseconds */
async function placeAndConfirm(venue: Venue, { symbol, direction, amount }: BenchSignal): Promise<number> {
  const clientOrderId = clientOrderIdOf(randomUUID());
  const sinceMs = Date.now() - REPORT_OVERLAP_MS;
  const beganMs = performance.now();
  const { outcome } = await venue.placeOrder({
    symbol,
    direction,
    clientOrderId,
    quantity: amount,
    reduceOnly: false,
    // Fields that only the ledger reads.
    asset: '',
    reserveAmount: '0',
    referencePrice: '0',
  });
  const placedMs = performance.now() - beganMs;
  const orders = outcome.kind === 'PLACED' ? await venue.recentOrders(sinceMs) : [];
  if (orders.some((order) => order.clientOrderId === clientOrderId && order.status === 'filled')) return placedMs;
  throw new CliError(`The paper venue did not fill an order: ${outcome.kind} ${outcome.message}`, ExitCode.FAILURE);
}
