import type { SignalOutcome } from '../src/domain/signal-view';
import { CRASH_POINTS, POSITION_CRASH_POINTS, type CrashPoint } from '../src/process/crash-points';
import type { FaultClass } from '../src/paper-venue/faults/fault-classes';
import type { FaultPlan } from '../src/paper-venue/faults/fault-plan';

/** What is sent so that the process reaches a point. */
export type Scenario =
  /** A market order. */
  | 'market'
  /** The same, handed in inside the engine, which gives it a head start. */
  | 'market_inside'
  /** A market order that nobody can afford. */
  | 'denied'
  /** A market order whose answer is lost, so that it has to be looked up. */
  | 'lost_answer'
  /** A market order whose request is lost, so that it has to be sent again. */
  | 'lost_request'
  /** A limit order far from the price that somebody cancels. */
  | 'cancelled'
  /** A market order handed in by a process of its own, which is the one that dies. */
  | 'handed_in'
  | PositionScenario;

/** The same with a position that is looked after until it is closed and booked. */
export type PositionScenario =
  /** A market order that brings its stop. */
  | 'position'
  /** The same, and the venue loses the stop, so that it has to be set again. */
  | 'position_bare'
  /** The same as the first, closed by its time. */
  | 'position_timed';

const POSITION_SCENARIO_OF_POINT: Readonly<Record<(typeof POSITION_CRASH_POINTS)[number], PositionScenario>> = {
  'report.before-tell': 'position',
  'report.after-tell': 'position',
  'position.started': 'position',
  'protect.before': 'position_bare',
  'protect.after': 'position_bare',
  'exit.before-start': 'position_timed',
  'exit.after-start': 'position_timed',
  'book.before': 'position_timed',
  'book.after': 'position_timed',
};

const SCENARIO_OF_POINT: Readonly<Record<(typeof CRASH_POINTS)[number], Scenario>> = {
  'intake.before-start': 'handed_in',
  'intake.after-start': 'handed_in',
  'saga.started': 'market',
  'reserve.before-plan': 'market',
  'reserve.before-update': 'market',
  'reserve.after-update': 'market',
  'trade.before-send': 'market',
  'trade.after-send': 'market',
  'trade.after-observe': 'market',
  'trade.after-commit': 'market',
  'saga.traded': 'market',
  'place.before-permit': 'lost_request',
  'place.after-permit': 'lost_request',
  'place.before-send': 'lost_request',
  'place.after-send': 'lost_request',
  'place.after-observe': 'lost_request',
  'look-up.before': 'lost_answer',
  'look-up.after': 'lost_answer',
  'cancel.before': 'cancelled',
  'cancel.after': 'cancelled',
  'saga.settling': 'lost_answer',
  'commit.before-update': 'lost_answer',
  'commit.after-update': 'lost_answer',
  'saga.committed': 'lost_answer',
  'withdraw.before-update': 'denied',
  'withdraw.after-update': 'denied',
  'release.before-update': 'cancelled',
  'release.after-update': 'cancelled',
  'saga.ended': 'market',
};

/** Points that a head start passes, too. */
const POINTS_INSIDE: readonly CrashPoint[] = [
  'intake.before-start',
  'intake.after-start',
  'saga.started',
  'reserve.before-plan',
  'reserve.before-update',
  'reserve.after-update',
  'trade.before-send',
  'trade.after-send',
  'trade.after-observe',
  'trade.after-commit',
  'saga.traded',
];

/** One crash: where, and on the way of what. */
export interface SweepCase {
  readonly point: CrashPoint;
  readonly scenario: Scenario;
}

export const SWEEP_CASES: readonly SweepCase[] = [
  ...CRASH_POINTS.flatMap((point) => [
    { point, scenario: SCENARIO_OF_POINT[point] },
    ...(POINTS_INSIDE.includes(point) ? [{ point, scenario: 'market_inside' as const }] : []),
  ]),
  ...POSITION_CRASH_POINTS.map((point) => ({ point, scenario: POSITION_SCENARIO_OF_POINT[point] })),
];

export function isPositionScenario(scenario: Scenario): scenario is PositionScenario {
  return scenario.startsWith('position');
}

export function expectedOutcome(scenario: Scenario): SignalOutcome {
  if (scenario === 'denied') return 'DENIED';
  return scenario === 'cancelled' ? 'CANCELLED' : 'FILLED';
}

/** What the venue does to the first order: accepts it and stays silent, or never gets it. */
const FAULT_OF_SCENARIO: Readonly<Partial<Record<Scenario, FaultClass>>> = {
  lost_answer: 'accept_then_time_out',
  lost_request: 'drop',
  position_bare: 'attached_stop_lost',
};

/** @returns the faults that the scenario needs, if any */
export function attackOf(scenario: Scenario): FaultPlan | undefined {
  const fault = FAULT_OF_SCENARIO[scenario];
  return fault && { seed: 1, rate: 0, targets: [{ fault, endpoint: 'order_create', ordinal: 1 }] };
}
