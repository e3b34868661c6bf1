import type { DenialCode } from '../denial';
import type { LimitFigures, OutcomeKind } from '../outcome';
import type { OrderPlan } from '../market';
import type { SignalSource } from '../signal-source';
import type { SignalOutcome, SignalView } from '../signal-view';

/**
 * What stands between a signal and a position, in the order in which it is met.
 *
 * - valid: it is a well-formed signal, and intake made it
 * - fresh: its time is neither long ago nor in the future
 * - admitted: its symbol and strategy trade here, and there is room for one more
 * - unique: nothing else has its fingerprint
 * - sized: there is a price, and an order with a stop comes of it
 * - trading_state: the account takes entries, or exits, now
 * - risk: no bound of risk forbids it
 * - funded: what it needs is free, and is held for it
 * - permitted: the request limits leave room, trading still goes on, and the price still fits
 * - sent: a request has left
 * - confirmed: the venue has said what became of the request
 * - settled: what the order took is booked
 * - position: what it opened is guarded
 */
export const GATES = [
  'valid',
  'fresh',
  'admitted',
  'unique',
  'sized',
  'trading_state',
  'risk',
  'funded',
  'permitted',
  'sent',
  'confirmed',
  'settled',
  'position',
] as const;

export type GateName = (typeof GATES)[number];

/**
 * - passed, failed: it was asked, and this is what it said
 * - waiting: it is asked again
 * - not_reached: an earlier one decided, or is not decided yet
 * - not_recorded: nobody wrote down what it said
 */
export type GateVerdict = 'passed' | 'failed' | 'waiting' | 'not_reached' | 'not_recorded';

export interface GateReport {
  readonly gate: GateName;
  readonly verdict: GateVerdict;
  /** What it asks for, a clause for people; absent: its name says it. */
  readonly limit?: string;
  /** What it found, a clause or sentences for people; absent: nothing is recorded. */
  readonly actual?: string;
  /** The bounds that it looked at, with what they found before this order; absent: none, or not recorded. */
  readonly bounds?: readonly BoundFigure[];
  /** Of one that failed, or waits for what a code names. */
  readonly code?: DenialCode;
  /** What a person does about it, a sentence; absent: nothing. */
  readonly remedy?: string;
  /** Of one that waits: until then at least, milliseconds UTC. */
  readonly untilMs?: number;
}

/** A time in which nothing could be done. */
export interface Wait {
  readonly gate: GateName;
  /** Milliseconds UTC. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly reason: string;
}

/** A request to place the order, and what the venue said to it. */
export interface Attempt {
  /** When its answer was recorded, milliseconds UTC. */
  readonly atMs: number;
  readonly kind: OutcomeKind;
  readonly venueCode?: string;
  readonly httpStatus?: number;
  /** What the venue said of its own limits; absent: nothing, or nobody wrote it down. */
  readonly limits?: LimitFigures;
  readonly message: string;
}

/** One bound as it stood: the code that it refuses with, what it allows, what it found, and of what where that is not the account. */
export type BoundFigure = readonly [code: DenialCode, limit: string, value: string, of?: string];

/** The figures that a step was taken by; what is absent was not needed, or not recorded. */
export interface TradeFacts {
  /** How old the price was that the order was planned by, milliseconds. */
  readonly priceAgeMs?: number;
  /** The free funds that it was sized from, a decimal string. */
  readonly free?: string;
  /** How long its permit had to be waited for when it was asked for, milliseconds. */
  readonly permitMs?: number;
  /** The venue's words to the request, where they are recorded nowhere else. */
  readonly venueCode?: string;
  readonly httpStatus?: number;
  readonly limits?: LimitFigures;
  /** The bounds that an entry was planned under, and what they found without it. */
  readonly bounds?: readonly BoundFigure[];
}

/** Where a step ended: while the order was planned, or when the account was asked. */
export type StepPlace = 'plan' | 'account';

/** One step of a signal, as its history has it. */
export type RecordedStep = { readonly atMs: number; readonly facts?: TradeFacts } & (
  | { readonly kind: 'denied'; readonly code: DenialCode; readonly message: string; readonly place?: StepPlace }
  /** Something was missing, and is asked for again. `permit`: funds are held, and nothing may leave yet. */
  | {
      readonly kind: 'wait';
      readonly for: 'anything' | 'permit';
      readonly waitMs: number;
      readonly reason: string;
      readonly code?: DenialCode;
      readonly place?: StepPlace;
    }
  /** Funds are held. */
  | { readonly kind: 'reserved'; readonly plan: OrderPlan }
  /** The venue had the order by all that is known of an attempt that was lost. */
  | { readonly kind: 'taken' }
  /** Nothing can be sent any more. */
  | { readonly kind: 'expired'; readonly code: DenialCode; readonly message: string }
  | { readonly kind: 'sent'; readonly attempt: Attempt }
  | { readonly kind: 'looked_up'; readonly answer: 'found' | 'absent' | 'unavailable' }
  /** What it took is booked. @param fault why it could not be; absent: it was */
  | { readonly kind: 'booked'; readonly fault?: string }
);

/** What became of a signal's workflow, by its history. */
export interface RecordedSignal {
  readonly fingerprint: string;
  readonly startedAtMs: number;
  readonly source?: SignalSource;
  /** Oldest first. */
  readonly steps: readonly RecordedStep[];
  /** false: earlier steps are in histories that are not at hand. */
  readonly isWhole: boolean;
}

/** What the door wrote down about a signal that it did not start. */
export interface DoorNote {
  /** Milliseconds UTC; of the last one where there were more. */
  readonly atMs: number;
  /** repeated: it was accepted before. conflict: another one has its fingerprint. */
  readonly kind: 'refused' | 'repeated' | 'conflict';
  readonly code?: string;
  readonly message: string;
  readonly fingerprint?: string;
  readonly symbol?: string;
  readonly direction?: string;
  readonly strategy?: string;
  /** See SignalSource. */
  readonly source?: string;
  /** How often, 1 or more. */
  readonly count: number;
}

/** What is known of the position that an order opened, reduced or met. */
export interface PositionNote {
  /** guarded, closed: the gate is passed. unguarded: it waits. untold: nobody told in time. */
  readonly state: 'guarded' | 'unguarded' | 'closed' | 'untold';
  readonly words: string;
}

/** All that an explanation is made of. */
export interface ExplainInput {
  readonly view: SignalView;
  /** Absent: its history cannot be had. */
  readonly recorded?: RecordedSignal;
  /** Absent: not known. */
  readonly position?: PositionNote;
  /** Of its fingerprint, oldest first. */
  readonly door?: readonly DoorNote[];
}

export interface Explanation {
  /** Absent: it never had one. */
  readonly fingerprint?: string;
  readonly status: 'running' | 'ended' | 'refused';
  readonly outcome?: SignalOutcome;
  readonly code?: string;
  /** One sentence: how it ended, or what it waits for. */
  readonly summary: string;
  readonly source?: SignalSource;
  /** The first gate that is not passed: the one that explains it. Absent: all are. */
  readonly decidedBy?: GateName;
  readonly gates: readonly GateReport[];
  readonly waits: readonly Wait[];
  readonly attempts: readonly Attempt[];
  readonly door: readonly DoorNote[];
}
