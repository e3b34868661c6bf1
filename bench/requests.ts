import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openOrderDelayMs, type LookUpDelays } from '../src/domain/look-up-delay';
import type { RateLimits } from '../src/domain/limiter/types';
import { clientOrderIdOf } from '../src/intake/fingerprint';
import type { ReportDelay } from '../src/paper-venue/http/report-delay';
import type { EndpointName } from '../src/paper-venue/http/route';
import { startPaperVenue, type PaperVenue } from '../src/paper-venue/paper-venue';
import { OrderObservers } from '../src/trading/order-observers';
import { OrderSender } from '../src/trading/order-sender';
import { PacedVenue } from '../src/trading/paced-venue';
import { Permits } from '../src/trading/permits';
import { StreamHints } from '../src/trading/stream-hints';
import type { AccountRequester } from '../src/trading/venue-account-client';
import { resolveCredentials } from '../src/venues/ccxt/credentials';
import { createVenue } from '../src/venues/create-venue';
import { PAPER_API_KEY, PAPER_API_SECRET } from '../src/venues/paper-keys';
import type { Venue } from '../src/venues/venue';
import { runPaced } from './pace';
import { figure, renderFigures } from './table';

const LAGS_MS: readonly number[] = [0, 50, 150, 250, 1_000];
const ORDERS = 10;
const SYMBOL = 'BTCUSDT';
/** What an order's own workflow waits between its look-ups: the defaults of `signals.lookUp…`. */
const LOOK_UP_DELAYS: LookUpDelays = { firstMs: 500, growth: 2, maxMs: 60_000 };
/** An order that is not final after so many look-ups of its own never will be. */
const LOOK_UPS_MAX = 10;
const PERMIT_MS = 2_000;
const STREAM_WAIT_MAX_MS = 5_000;
const STREAM_CHECK_MS = 10;
const WIDE = { limit: 1_000_000, windowMs: 60_000, weight: 1 };
const LIMITS: RateLimits = {
  global: WIDE,
  endpoints: {},
  safetyMargin: 0.9,
  exitSafetyMargin: 0.95,
  permitValidityMs: PERMIT_MS,
};
const SETTINGS: readonly { readonly which: LateLists; readonly hasStream: boolean }[] = [
  { which: 'history', hasStream: false },
  { which: 'all lists', hasStream: false },
  { which: 'history', hasStream: true },
  { which: 'all lists', hasStream: true },
  { which: 'lists alone', hasStream: true },
];
const COUNTED = ['order_realtime', 'order_history', 'execution_list'] as const satisfies readonly EndpointName[];

/** What shows a fill late: the history, all lists, or all lists while the stream tells at once. */
type LateLists = 'history' | 'all lists' | 'lists alone';

/** What finding out cost, for each order that filled. */
interface RequestFigures {
  readonly which: LateLists;
  /** How much later than the fill the private stream tells of it, milliseconds; absent: nobody listens. */
  readonly streamMs?: number;
  readonly lagMs: number;
  readonly atOnce: number;
  readonly requests: Readonly<Record<(typeof COUNTED)[number], number>>;
  readonly permits: number;
  /** Orders that the observer settled, as a share of one. */
  readonly observed: number;
  /** From the venue's acceptance until the fill was known, the mean. */
  readonly knownAfterMs: number;
}

export interface RequestReport {
  readonly orders: number;
  readonly rows: readonly RequestFigures[];
}

/**
 * Counts the requests that finding out about filled orders takes at venues that show fills late: in their history alone, or in
 * every list; and with a private stream that tells as late as they show, or at once. Only adapter, observer and look-ups take part, as the product puts them together; permits come at once.
 */
export async function measureRequests(abort: AbortSignal, progress: (line: string) => void): Promise<RequestReport> {
  const rows: RequestFigures[] = [];
  for (const { which, hasStream } of SETTINGS) {
    for (const atOnce of [1, ORDERS]) {
      for (const lagMs of LAGS_MS) {
        const streamMs = hasStream ? (which === 'all lists' ? lagMs : 0) : undefined;
        rows.push(await measureOne({ which, lagMs, atOnce, streamMs }, abort));
        const heard = hasStream ? ', with the stream' : '';
        progress(`Fills show in ${which} after ${lagMs} ms, ${atOnce} at once${heard}: counted.`);
      }
    }
  }
  return { orders: ORDERS, rows };
}

/** @returns lines of a table */
export function renderRequests({ orders, rows }: RequestReport): readonly string[] {
  const heading = [
    'shown late',
    'after',
    'stream',
    'at once',
    'realtime',
    'history',
    'fills',
    'requests',
    'permits',
    'observed',
  ];
  return [
    `Requests for each of ${orders} filled orders; the order itself is not counted.`,
    '',
    ...renderFigures([
      [...heading, 'known after'],
      ...rows.map(({ which, lagMs, streamMs, atOnce, requests, permits, observed, knownAfterMs }) => {
        const counts = COUNTED.map((name) => requests[name]);
        const all = counts.reduce((sum, count) => sum + count, 0);
        return [
          which,
          `${lagMs} ms`,
          streamMs === undefined ? 'none' : `${streamMs} ms`,
          String(atOnce),
          ...[...counts, all, permits].map((count) => figure(count, 1)),
          figure(observed * 100, 0, '%'),
          figure(knownAfterMs, 0, 'ms'),
        ];
      }),
    ]),
  ];
}

async function measureOne(
  { which, lagMs, atOnce, streamMs }: Pick<RequestFigures, 'which' | 'lagMs' | 'atOnce' | 'streamMs'>,
  abort: AbortSignal,
): Promise<RequestFigures> {
  const stateDir = mkdtempSync(join(tmpdir(), 'oncefill-requests-'));
  const realtimeMs = which === 'history' ? 0 : lagMs;
  const paper = await openPaper(stateDir, { historyMs: lagMs, realtimeMs, streamMs });
  const venue = openVenue(paper);
  try {
    const account = new CountingAccount();
    const permits = new Permits(account, venue.name);
    const paced = new PacedVenue(venue, permits, PERMIT_MS, LIMITS);
    const hints = new StreamHints(streamMs === undefined ? undefined : venue.stream);
    const sender = new OrderSender(paced, new OrderObservers(venue, permits, { hints }));
    await venue.time();
    if (streamMs !== undefined) await live(venue);
    const ids = Array.from({ length: ORDERS }, () => clientOrderIdOf(randomUUID()));
    const { pieces } = await runPaced(ids, atOnce, abort, (id) => tradeOne(sender, paced, permits, id));
    const results = pieces.map(({ result }) => result);
    const asked = paper.audit(true).requestsPerEndpoint;
    const perOrder = (count: number | undefined): number => (count ?? 0) / ORDERS;
    return {
      which,
      lagMs,
      streamMs,
      atOnce,
      requests: {
        order_realtime: perOrder(asked.order_realtime),
        order_history: perOrder(asked.order_history),
        execution_list: perOrder(asked.execution_list),
      },
      permits: perOrder(account.booked),
      observed: perOrder(results.filter(({ isObserved }) => isObserved).length),
      knownAfterMs: perOrder(results.reduce((sum, { knownAfterMs }) => sum + knownAfterMs, 0)),
    };
  } finally {
    await venue.close();
    await paper.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

/** @throws Error when the stream does not become live */
async function live({ stream }: Venue): Promise<void> {
  stream?.start();
  for (let waitedMs = 0; waitedMs < STREAM_WAIT_MAX_MS; waitedMs += STREAM_CHECK_MS) {
    if (stream?.isLive) return;
    await sleep(STREAM_CHECK_MS);
  }
  throw new Error("The paper venue's stream does not tell of orders.");
}

/** One order as the product sends and follows it. @throws Error when it never shows as filled */
async function tradeOne(
  sender: OrderSender,
  paced: PacedVenue,
  permits: Permits,
  clientOrderId: string,
): Promise<{ readonly isObserved: boolean; readonly knownAfterMs: number }> {
  const doneExpecting = sender.expect('entry');
  const plan = {
    symbol: SYMBOL,
    direction: 'BUY',
    clientOrderId,
    quantity: '0.001',
    reduceOnly: false,
    plannedAtMs: paced.venue.clockMs(),
    // Fields that only the ledger reads.
    asset: '',
    reserveAmount: '0',
    referencePrice: '0',
  } as const;
  const { answeredAtMs, order } = await sender.send('trade', plan, {
    sendBeforeMs: Number.POSITIVE_INFINITY,
    token: await permits.forRead('order', 'entry'),
  });
  await doneExpecting();
  const isObserved = order !== undefined;
  if (!isObserved) await lookUpUntilFilled(paced, plan, answeredAtMs);
  return { isObserved, knownAfterMs: performance.now() - answeredAtMs };
}

/** As an order's own workflow does it when the observer left it. */
async function lookUpUntilFilled(
  paced: PacedVenue,
  { symbol, clientOrderId, plannedAtMs: sinceMs }: { symbol: string; clientOrderId: string; plannedAtMs?: number },
  startedAtMs: number,
): Promise<void> {
  for (let count = 0; count < LOOK_UPS_MAX; count += 1) {
    await sleep(openOrderDelayMs(count, LOOK_UP_DELAYS, performance.now() - startedAtMs));
    const answer = await paced.lookUpOrder({ symbol, clientOrderId, sinceMs, urgency: 'fresh' });
    if (answer.status === 'found' && answer.order.status === 'filled') return;
  }
  throw new Error(`The paper venue never showed the order ${clientOrderId} as filled.`);
}

/** An account whose limiter has room for everything; it counts what is used. */
class CountingAccount implements AccountRequester {
  booked = 0;

  request: AccountRequester['request'] = async (_venue, kind) => {
    const nowMs = Date.now();
    if (kind === 'acquire') this.booked += 1;
    else if (kind === 'giveBack') this.booked -= 1;
    else throw new Error(`This account answers nothing but permits, and was asked to ${kind}.`);
    return {
      status: 'granted',
      isNew: true,
      notBeforeMs: nowMs,
      blockedUntilMs: 0,
      expiresAtMs: nowMs + PERMIT_MS,
      answeredAtMs: nowMs,
    } as never;
  };

  tellFillIfIdle(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

function openPaper(stateDir: string, reportDelay: ReportDelay): Promise<PaperVenue> {
  return startPaperVenue({
    port: 0,
    stateDir,
    apiKey: PAPER_API_KEY,
    apiSecret: PAPER_API_SECRET,
    symbols: [SYMBOL],
    settleAsset: 'USDT',
    leverage: 1,
    limits: { global: WIDE, endpoints: {} },
    seed: 1,
    balance: '1000000',
    spreadFraction: '0.0002',
    takerFee: '0.00055',
    makerFee: '0.0002',
    banMs: 10_000,
    matchIntervalMs: 250,
    reportDelay,
  });
}

function openVenue({ url: baseUrl }: PaperVenue): Venue {
  return createVenue({
    name: 'bybit',
    config: {
      adapter: 'bybit',
      environment: 'paper',
      symbols: [SYMBOL],
      settleAsset: 'USDT',
      receiveWindowMs: 5_000,
      requestTimeoutMs: 5_000,
    },
    baseUrl,
    permits: 'not needed',
    credentials: resolveCredentials({ venue: 'bybit', environment: 'paper', env: {} }),
  });
}
