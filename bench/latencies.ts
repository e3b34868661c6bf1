import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquire, createLimiter, giveBack } from '../src/domain/limiter/limiter';
import type { AcquireCommand, GiveBackCommand, RateLimits } from '../src/domain/limiter/types';
import { clientOrderIdOf } from '../src/intake/fingerprint';
import { startPaperVenue } from '../src/paper-venue/paper-venue';
import { PacedVenue } from '../src/trading/paced-venue';
import { Permits } from '../src/trading/permits';
import type { AccountRequester } from '../src/trading/venue-account-client';
import { resolveCredentials } from '../src/venues/ccxt/credentials';
import { createVenue } from '../src/venues/create-venue';
import { PAPER_API_KEY, PAPER_API_SECRET } from '../src/venues/paper-keys';
import { openSlowRoad } from './slow-road';
import { mostWithin } from './statistics';
import { figure, renderFigures } from './table';

/** Every time is a fifth of the real one: a minute's window takes twelve seconds. */
const SCALE = 5;
const WINDOW_MS = 60_000 / SCALE;
const PERMIT_MS = 2_000 / SCALE;
/** Requests in a window, as the default limits have them of an account. */
const LIMIT = 60;
/** How long the venue takes to answer, unscaled milliseconds. */
const LATENCIES_MS: readonly number[] = [0, 1_500, 10_000];
/** So many windows are measured for each. */
const WINDOWS = 3;
const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT', 'BNBUSDT', 'ADAUSDT'];
/** Look-ups under way at once. */
const LOOK_UPS_AT_ONCE = 20;
const PAUSE_MS = 20;
const NANOSECONDS_PER_MS = 1e6;
const WEIGHTLESS = { limit: 1_000_000, windowMs: WINDOW_MS, weight: 1 };
const WINDOW = { limit: LIMIT, windowMs: WINDOW_MS, weight: 1 };
const ENFORCED = { global: WEIGHTLESS, endpoints: { account: WINDOW, market_data: WINDOW } };
const LIMITS: RateLimits = { ...ENFORCED, safetyMargin: 0.9, exitSafetyMargin: 0.95, permitValidityMs: PERMIT_MS };

/** What the venue met, asked for as much as the limiter lets through. */
export interface LatencyFigures {
  /** Unscaled. */
  readonly latencyMs: number;
  readonly requests: number;
  /** The most requests of one group in any window. */
  readonly mostInWindow: number;
  /** Requests that broke a limit of the venue. */
  readonly breaches: number;
  /** The longest that this process stood still: where it is longer than a permit is good for, figures are the machine's. */
  readonly longestStallMs: number;
}

/** Drives look-ups, candles and prices as hard as the limiter allows, at venues that answer late. */
export async function measureLatencies(
  abort: AbortSignal,
  progress: (line: string) => void,
): Promise<readonly LatencyFigures[]> {
  const rows: LatencyFigures[] = [];
  for (const latencyMs of LATENCIES_MS) {
    progress(`A venue that answers after ${latencyMs} ms (scaled 1/${SCALE}) …`);
    rows.push(await measureOne(latencyMs, abort));
  }
  return rows;
}

/** @returns lines of a table */
export function renderLatencies(rows: readonly LatencyFigures[]): readonly string[] {
  return [
    `Requests at ${LIMIT} a window, every time scaled 1/${SCALE}, ${WINDOWS} windows each; permits are good for ${PERMIT_MS} ms:`,
    '',
    ...renderFigures([
      ['answers after', 'requests', 'most in a window', 'breaches', 'longest stall'],
      ...rows.map(({ latencyMs, requests, mostInWindow, breaches, longestStallMs }) => [
        figure(latencyMs, 0, 'ms'),
        String(requests),
        String(mostInWindow),
        String(breaches),
        figure(longestStallMs, 0, 'ms'),
      ]),
    ]),
  ];
}

async function measureOne(latencyMs: number, abort: AbortSignal): Promise<LatencyFigures> {
  const stateDir = mkdtempSync(join(tmpdir(), 'oncefill-latencies-'));
  const paper = await startPaperVenue({
    port: 0,
    stateDir,
    apiKey: PAPER_API_KEY,
    apiSecret: PAPER_API_SECRET,
    symbols: SYMBOLS,
    settleAsset: 'USDT',
    leverage: 1,
    limits: ENFORCED,
    seed: 1,
    balance: '1000000',
    spreadFraction: '0.0002',
    takerFee: '0.00055',
    makerFee: '0.0002',
    banMs: 1,
    matchIntervalMs: 250,
  });
  const road = await openSlowRoad(paper.url, latencyMs / SCALE);
  const permits: Permits = new Permits(new LimiterAlone(), 'bybit');
  const venue = createVenue({
    name: 'bybit',
    config: {
      adapter: 'bybit',
      environment: 'paper',
      symbols: SYMBOLS,
      settleAsset: 'USDT',
      receiveWindowMs: 5_000,
      requestTimeoutMs: 5_000,
    },
    baseUrl: road.url,
    credentials: resolveCredentials({ venue: 'bybit', environment: 'paper', env: {} }),
    permits: { forClock: () => permits.forRead('market_data', 'exit') },
  });
  const paced = new PacedVenue(venue, permits, 1, LIMITS);
  try {
    const stalls = monitorEventLoopDelay();
    stalls.enable();
    const endsAtMs = performance.now() + WINDOWS * WINDOW_MS;
    const again = async (ask: () => Promise<unknown>): Promise<void> => {
      while (performance.now() < endsAtMs && !abort.aborted) {
        await ask().catch(() => undefined);
        await sleep(PAUSE_MS);
      }
    };
    await Promise.all([
      ...Array.from({ length: LOOK_UPS_AT_ONCE }, () => again(() => lookUp(paced))),
      // No candle ends at such an instant: nothing of it can have been read before.
      again(() => paced.candles({ ...CANDLES, closeTimeMs: Date.now(), symbols: SYMBOLS })),
      again(() => paced.ticker('BTCUSDT', 'entry')),
    ]);
    return {
      latencyMs,
      requests: road.arrivals.length,
      mostInWindow: Math.max(...groupsOf(road.arrivals).map((timesMs) => mostWithin(timesMs, WINDOW_MS))),
      breaches: paper.audit(true).limitBreaches.total,
      longestStallMs: stalls.max / NANOSECONDS_PER_MS,
    };
  } finally {
    await venue.close();
    await road.close();
    await paper.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

const CANDLES = { intervalMs: 60_000, count: 2, patienceMs: 0, onProgress: () => undefined } as const;

/** Of an order that is not there: all three requests that a look-up may make. */
function lookUp(paced: PacedVenue): Promise<unknown> {
  return paced.lookUpOrder({ symbol: 'BTCUSDT', clientOrderId: clientOrderIdOf(randomUUID()), sinceMs: Date.now() });
}

type Arrivals = readonly { readonly path: string; readonly atMs: number }[];

/** By the two groups that have limits here. */
function groupsOf(arrivals: Arrivals): readonly (readonly number[])[] {
  const isMarket = (path: string): boolean => path.startsWith('/v5/market');
  return [true, false].map((market) =>
    arrivals.filter(({ path }) => isMarket(path) === market).map(({ atMs }) => atMs),
  );
}

/** The product's limiter without the workflow around it. */
class LimiterAlone implements AccountRequester {
  private state = createLimiter(LIMITS);

  request: AccountRequester['request'] = async (_venue, kind, command) => {
    const nowMs = Date.now();
    if (kind === 'giveBack') {
      this.state = giveBack(this.state, command as GiveBackCommand, nowMs).state;
      return { status: 'given_back' } as never;
    }
    if (kind !== 'acquire') throw new Error(`This account answers nothing but permits, and was asked to ${kind}.`);
    const { state, result } = acquire(this.state, command as AcquireCommand, nowMs);
    this.state = state;
    return { ...result, answeredAtMs: nowMs, blockedUntilMs: state.blockedUntilMs } as never;
  };

  tellFillIfIdle(): Promise<boolean> {
    return Promise.resolve(false);
  }
}
