import { FAULT_CLASS_NAMES, occasionalShare, type FaultClass } from '../src/paper-venue/faults/fault-classes';
import { drawOccasional, drawWeights, type FaultPlan, type FaultTarget } from '../src/paper-venue/faults/fault-plan';
import { drawStreamFaults, pressStreamFaults, STREAM_FAULT_NAMES } from '../src/paper-venue/faults/stream-faults';
import { Dice } from './dice';

/** What happens to positions: in an attack on them it comes so many times as often as usual, and none of it is left out. */
const POSITION_FAULTS: readonly FaultClass[] = [
  'attached_stop_lost',
  'stop_cleared',
  'stop_refused',
  'stop_late',
  'stop_fills_partly',
  'position_stale',
  'position_hidden',
  'liquidation',
  'adl',
  'manual_close',
  'manual_add',
];
const POSITION_FAULTS_TIMES = 2;

/** What an attack may be sure to meet, beside what its seed draws: all that a stream can do wrong, or what a venue does by itself. */
export const CERTAIN_FAULTS = ['stream', 'venue'] as const;
export type CertainFaults = (typeof CERTAIN_FAULTS)[number];

/** What a venue does by itself, as the people who trade there meet it: in an attack with these it comes so many times as often as usual. */
const VENUE_FAULTS: readonly FaultClass[] = [
  'vanish_after_ack',
  'reject_after_ack',
  'ioc_rest',
  'status_change',
  'maintenance',
  'odd_rows',
  'forgets_closed_orders',
];
const VENUE_FAULTS_TIMES = 1.5;
/** Those that come to orders, and so many of each between a start of the venue and the next are aimed at one of its first. */
const AIMED_AT_ORDERS = ['vanish_after_ack', 'reject_after_ack', 'ioc_rest', 'status_change', 'maintenance'] as const;
const AIMED_OF_EACH = 2;
const AIMED_WITHIN = 30;

/** The share of requests that meet a fault, drawn per seed between these. */
const RATE_LEAST = 0.1;
const RATE_MOST = 0.3;
/** 429 with Retry-After, 429 bare, 418 bare, 418 with Retry-After. A 403 means ten minutes of silence and is left out. */
const BRIEF_THROTTLES = [0, 1, 4, 5] as const;
const THROTTLED_REQUESTS = 12;
/** The ordinals at which throttled requests are placed. */
const THROTTLED_WITHIN = 400;

/**
 * The faults of one seed: which classes are on, how often each one comes, and at which requests.
 *
 * @param generation counts the venue's starts: a restarted venue counts its requests from one again, and must not repeat
 *   the same faults
 * @param withPositions whether positions are attacked
 * @param certain what comes in any case; absent: what the seed draws, alone
 */
export function faultMix(
  seed: number,
  generation: number,
  { withPositions = false, certain }: { readonly withPositions?: boolean; readonly certain?: CertainFaults } = {},
): FaultPlan {
  const { throttled, ...weights } = drawWeights(seed);
  const some: Partial<Record<FaultClass, number>> = Object.keys(weights).length > 0 ? weights : { drop: 1 };
  return {
    seed: (seed * 1_000 + generation) % 2 ** 31,
    rate: new Dice(seed, 'fault-rate').between(RATE_LEAST, RATE_MOST),
    weights: some,
    occasional: {
      ...drawOccasional(seed),
      ...(withPositions && raised(POSITION_FAULTS, POSITION_FAULTS_TIMES)),
      ...(certain === 'venue' && raised(VENUE_FAULTS, VENUE_FAULTS_TIMES)),
    },
    stream: certain === 'stream' ? pressStreamFaults(seed) : drawStreamFaults(seed),
    targets: [
      ...(throttled === undefined ? [] : briefThrottles(seed, generation)),
      ...(certain === 'venue' ? aimedAtOrders(seed, generation) : []),
    ],
  };
}

/** The classes with so many times their usual shares. */
function raised(classes: readonly FaultClass[], times: number): Readonly<Partial<Record<FaultClass, number>>> {
  return Object.fromEntries(classes.map((name) => [name, Math.min(1, times * (occasionalShare(name) ?? 0))]));
}

function aimedAtOrders(seed: number, generation: number): FaultTarget[] {
  const dice = new Dice(seed, `aimed:${generation}`);
  return AIMED_AT_ORDERS.flatMap((fault) =>
    Array.from({ length: AIMED_OF_EACH }, (): FaultTarget => {
      return { fault, endpoint: 'order_create', ordinal: dice.whole(1, AIMED_WITHIN) };
    }),
  );
}

/** The classes that were certain to come, of those of which the seed's plan is made. */
export function certainClasses(certain: CertainFaults | undefined): readonly string[] {
  if (certain === undefined) return [];
  return certain === 'venue' ? VENUE_FAULTS : STREAM_FAULT_NAMES.map((name) => `stream_${name}`);
}

function briefThrottles(seed: number, generation: number): FaultTarget[] {
  const dice = new Dice(seed, `throttles:${generation}`);
  return Array.from({ length: THROTTLED_REQUESTS }, () => ({
    fault: 'throttled',
    endpoint: dice.pick(['order_create', 'order_realtime', 'order_history', 'wallet_balance']),
    ordinal: dice.whole(2, THROTTLED_WITHIN),
    variant: dice.pick(BRIEF_THROTTLES),
  }));
}

/** The classes that a seed's mix can bring, for people. */
export function faultClassesOf(plan: FaultPlan): readonly string[] {
  const ofRequests = FAULT_CLASS_NAMES.filter(
    (name) =>
      plan.weights?.[name] !== undefined ||
      plan.occasional?.[name] !== undefined ||
      plan.targets.some(({ fault }) => fault === name),
  );
  return [...ofRequests, ...Object.keys(plan.stream ?? {}).map((name) => `stream_${name}`)];
}
