/*
 * What a venue's limits leave room for. The limiter grants whoever asks first: these bounds keep what is read all the time
 * from taking what an order needs.
 */
import { capacityOf, spanMsOf, windowsOf } from './limiter/capacity';
import type { RateLimits, Window } from './limiter/types';
import type { Intent } from './signal';

/** What one look-up of an order may take: open orders, history, fills. A window that cannot take all three is too narrow. */
export const LOOK_UP_REQUESTS_MAX = 3;
/** A report of balances: the positions' first page, and the balances. */
const REPORT_REQUESTS = 2;
/** Candles take at most this share of every window that they count in; the rest is for prices and orders. */
const CANDLE_SHARE = 0.75;
/** Reports of balances take at most this share; the rest is for look-ups. */
const REPORT_SHARE = 0.8;
/** Questions about the account itself take at most this share; the rest is for balances and look-ups. */
const INSPECTION_SHARE = 0.5;
const MARKET_DATA = 'market_data';
const ACCOUNT = 'account';
const ORDER = 'order';

/** Candles are read within this share of their interval: a prediction that comes later is worth little. */
const CANDLE_TIME_SHARE = 0.75;

/** So many requests in every window. */
interface RequestWindow {
  readonly requests: number;
  readonly spanMs: number;
}

/** What one request of a group weighs, as the limiter counts it. */
export function weightOf(limits: RateLimits, endpoint: string): number {
  return limits.endpoints[endpoint]?.weight ?? 1;
}

/** A window that requests of a group count in. */
interface NamedWindow {
  /** `global`, or `endpoints.order`. */
  readonly scope: string;
  /** Beside the scope's first one. */
  readonly isFurther: boolean;
  readonly window: Window;
}

function windowsFor({ global, endpoints }: RateLimits, endpoint: string): readonly NamedWindow[] {
  const own = endpoints[endpoint];
  const scopes = [['global', global] as const, ...(own ? [[`endpoints.${endpoint}`, own] as const] : [])];
  return scopes.flatMap(([scope, limit]) =>
    windowsOf(limit).map((window, index) => ({ scope, isFurther: index > 0, window })),
  );
}

function shareOf(limits: RateLimits, endpoint: string, share: number): readonly RequestWindow[] {
  return windowsFor(limits, endpoint).map(({ window }) => ({
    requests: Math.floor((capacityOf(limits, window, 'entry') * share) / weightOf(limits, endpoint)),
    spanMs: spanMsOf(limits, window),
  }));
}

/** How candles are read in every interval. */
export interface CandlePace {
  /** So many symbols at once. */
  readonly atOnce: number;
  /** Whoever reads more lets so much time go by after each symbol, milliseconds. */
  readonly gapMs: number;
  /** More symbols than this cannot be read in time. */
  readonly symbolsMax: number;
}

/** The pace at which reading candles leaves room for prices and orders. */
export function candlePace(limits: RateLimits, intervalMs: number): CandlePace {
  const windows = shareOf(limits, MARKET_DATA, CANDLE_SHARE);
  const gapMs = Math.max(...windows.map(({ requests, spanMs }) => spanMs / requests));
  // A window that is longer than the interval sees what was read before, too.
  const atOnce = windows.map(({ requests, spanMs }) => Math.floor(requests / (Math.floor(spanMs / intervalMs) + 1)));
  const inTime = Math.floor((intervalMs * CANDLE_TIME_SHARE) / gapMs);
  return { atOnce: Math.min(...atOnce), gapMs, symbolsMax: Math.max(inTime, Math.min(...atOnce)) };
}

/** A window that has no room for the candles of so many symbols in every interval. */
export interface TightWindow extends Pick<NamedWindow, 'scope' | 'isFurther' | 'window'> {
  /** The smallest limit that would do. */
  readonly limitMin: number;
}

/** Every window that has to be wider before the candles of `symbols` fit into each interval, beside prices and orders. */
export function tightWindows(limits: RateLimits, intervalMs: number, symbols: number): readonly TightWindow[] {
  if (candlePace(limits, intervalMs).symbolsMax >= symbols) return [];
  const weight = weightOf(limits, MARKET_DATA);
  return windowsFor(limits, MARKET_DATA).flatMap((named) => {
    const spanMs = spanMsOf(limits, named.window);
    const requests = Math.ceil((symbols * spanMs) / (intervalMs * CANDLE_TIME_SHARE));
    const capacity = Math.ceil((requests * weight) / CANDLE_SHARE);
    if (capacityOf(limits, named.window, 'entry') >= capacity) return [];
    return [{ ...named, limitMin: Math.ceil(capacity / limits.safetyMargin) }];
  });
}

/**
 * Questions about the account itself that may be asked at once, and the time after which as many may be asked again: they take at
 * most half of what there is room for.
 */
export function inspectionPace(limits: RateLimits): { readonly questions: number; readonly spanMs: number } {
  const windows = shareOf(limits, ACCOUNT, INSPECTION_SHARE);
  return {
    questions: Math.max(1, Math.min(...windows.map(({ requests }) => requests))),
    spanMs: Math.max(...windows.map(({ spanMs }) => spanMs)),
  };
}

/** The shortest time between two reports of balances, milliseconds; Infinity: there is no room for any. */
export function reportIntervalMinMs(limits: RateLimits): number {
  const spans = shareOf(limits, ACCOUNT, REPORT_SHARE).map(
    ({ requests, spanMs }) => (REPORT_REQUESTS * spanMs) / requests,
  );
  return Math.ceil(Math.max(...spans));
}

/** A window in which a request that trading cannot do without never fits. */
export interface NarrowWindow {
  readonly scope: string;
  /** See NamedWindow. */
  readonly isFurther: boolean;
  readonly window: Window;
  readonly what: string;
  readonly weight: number;
  /** What the window lets through, after the share. */
  readonly capacity: number;
  /** The setting of that share. */
  readonly share: 'safetyMargin' | 'exitSafetyMargin';
  /** The smallest limit that would do. */
  readonly limitMin: number;
}

/** The first request that never fits into a window, for each window. */
export function narrowWindows(limits: RateLimits): readonly NarrowWindow[] {
  const needs: readonly { endpoint: string; requests: number; intent: Intent; what: string }[] = [
    { endpoint: ORDER, requests: 1, intent: 'entry', what: 'an order' },
    { endpoint: MARKET_DATA, requests: 1, intent: 'entry', what: 'a question for prices' },
    { endpoint: ACCOUNT, requests: 1, intent: 'entry', what: 'a question for balances' },
    { endpoint: ACCOUNT, requests: LOOK_UP_REQUESTS_MAX, intent: 'exit', what: 'the look-up of an order' },
  ];
  const found = new Map<string, NarrowWindow>();
  for (const { endpoint, requests, intent, what } of needs) {
    const weight = requests * weightOf(limits, endpoint);
    const share = intent === 'exit' ? 'exitSafetyMargin' : 'safetyMargin';
    for (const named of windowsFor(limits, endpoint)) {
      const capacity = capacityOf(limits, named.window, intent);
      const key = `${named.scope} ${named.window.windowMs}`;
      if (weight <= capacity || found.has(key)) continue;
      found.set(key, { ...named, what, weight, capacity, share, limitMin: Math.ceil(weight / limits[share]) });
    }
  }
  return [...found.values()];
}
