import type { ByPart, HttpCpu } from './process-figures';

/** Every way that can be measured, in the order of the report; what each means says bench/README.md. */
export const WAY_TITLES = {
  floor: 'floor: one empty activity',
  floorEager: 'floor, started eagerly',
  road: 'road of a signal, inside',
  roadTold: 'inside, end told by the worker',
  roadHttp: 'road, sent over HTTP',
  roadSender: 'over HTTP, by another process',
  roadLive: 'inside, flushed to disk',
  roadHttpLive: 'over HTTP, flushed to disk',
  restate: 'Restate',
  dbos: 'DBOS',
} as const;

export type WayName = keyof typeof WAY_TITLES;
export const WAY_NAMES = Object.keys(WAY_TITLES) as readonly WayName[];

/** What the command line calls the ways of the main product. */
export const WAY_WORDS = {
  floor: 'floor',
  eager: 'floorEager',
  inside: 'road',
  told: 'roadTold',
  http: 'roadHttp',
  sender: 'roadSender',
} as const satisfies Readonly<Record<string, WayName>>;

/**
 * Pieces of work under way at once: a burst, and a crowd. 20 is more than the default configuration's dozen symbols give in
 * one minute. So many in each turn that the last ones, which run beside fewer and fewer others, weigh little.
 */
export const CROWDS = [
  { atOnce: 20, turns: 2, count: 100 },
  { atOnce: 60, turns: 1, count: 240 },
] as const;
/** Two points of a distribution, milliseconds. */
export interface Spread {
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** What one way achieves with many pieces of work under way. */
export interface CrowdFigures {
  readonly atOnce: number;
  readonly perSecond: number;
  readonly accepted?: Spread;
  /** Processor time of each piece, milliseconds. */
  readonly cpuMs: ByPart<number | undefined>;
  readonly httpCpuMs?: HttpCpu;
}

/** What one way of doing work achieves. */
export interface WayFigures {
  /** One at a time, until the venue accepted; absent where no venue is asked. */
  readonly accepted?: Spread;
  /** One at a time, until all is done. */
  readonly done: Spread;
  /** One at a time, processor time of each piece, milliseconds. */
  readonly cpuMs: ByPart<number | undefined>;
  readonly httpCpuMs?: HttpCpu;
  /** In the order of CROWDS. */
  readonly crowds: readonly CrowdFigures[];
}

export type ByWay<Value> = Readonly<Partial<Record<WayName, Value>>>;

export interface RoundFigures {
  readonly ways: ByWay<WayFigures>;
  readonly duplicatesPerSecond: number;
  /** Adapter and venue without Temporal: an order's answer, and until a report shows it filled. */
  readonly alone: { readonly placed: Spread; readonly settled: Spread };
  /** Some of the signals that were traded. */
  readonly fingerprints: readonly string[];
}
