import type { CrashPoint } from '../../src/observability/crash-points';
import type { FaultPlan } from '../../src/venues/paper/faults/fault-plan';

/** What is sent so that the process reaches a point. */
export type Scenario =
  /** A market order. */
  | 'market'
  /** A market order whose answer is lost, so that it has to be looked up. */
  | 'lost_answer'
  /** A limit order far from the price that somebody cancels. */
  | 'withdrawn'
  /** A market order handed in by a process of its own, which is the one that dies. */
  | 'handed_in';

const SCENARIO_OF_POINT: Readonly<Record<CrashPoint, Scenario>> = {
  'intake.before-start': 'handed_in',
  'intake.after-start': 'handed_in',
  'saga.started': 'market',
  'reserve.before-plan': 'market',
  'reserve.before-update': 'market',
  'reserve.after-update': 'market',
  'saga.reserved': 'market',
  'place.before-permit': 'market',
  'place.after-permit': 'market',
  'place.before-send': 'market',
  'place.after-send': 'market',
  'place.after-observe': 'market',
  'look-up.before': 'lost_answer',
  'look-up.after': 'lost_answer',
  'cancel.before': 'withdrawn',
  'cancel.after': 'withdrawn',
  'saga.settling': 'market',
  'saga.committed': 'market',
  'release.before-update': 'withdrawn',
  'release.after-update': 'withdrawn',
  'saga.ended': 'market',
};

export function scenarioOf(point: CrashPoint): Scenario {
  return SCENARIO_OF_POINT[point];
}

export function expectedOutcome(scenario: Scenario): 'FILLED' | 'CANCELLED' {
  return scenario === 'withdrawn' ? 'CANCELLED' : 'FILLED';
}

/** The venue accepts the first order and stays silent about it. */
export const LOST_ANSWER: FaultPlan = {
  seed: 1,
  rate: 0,
  targets: [{ fault: 'accept_then_time_out', endpoint: 'order_create', ordinal: 1 }],
};
