import type { OrderPlan } from '../market';
import type { OutcomeKind } from '../outcome';
import type { SignalView } from '../signal-view';
import { CODE_MEANINGS } from './remedies';
import {
  GATES,
  type Attempt,
  type ExplainInput,
  type GateName,
  type RecordedStep,
  type StepPlace,
  type TradeFacts,
} from './types';

/** Answers after which the same order may be sent again. */
const PASSING: readonly OutcomeKind[] = ['RATE_LIMITED', 'BANNED', 'NOT_PLACED'];

type WaitStep = Extract<RecordedStep, { kind: 'wait' }>;
type DeniedStep = Extract<RecordedStep, { kind: 'denied' }>;

/** How far a signal has come, by all that is known of it. */
export interface Progress {
  /** What is held for it, and for what; absent: nothing, or that is not known. */
  readonly plan?: OrderPlan;
  readonly facts: TradeFacts;
  /** Funds are, or were, held. */
  readonly isReserved: boolean;
  /** So says a ledger that remembers no more of it. */
  readonly isForgotten: boolean;
  readonly attempts: readonly Attempt[];
  /** The venue has, or had, the order. */
  readonly isAccepted: boolean;
  readonly lookUps: number;
  readonly waits: readonly WaitStep[];
  readonly denied?: DeniedStep;
  /** What the account says why the fill cannot be booked. */
  readonly bookingFault?: string;
  /** Nothing is missing of what was done with it. */
  readonly isWhole: boolean;
}

/** Reads how far a signal has come. */
export function progressOf({ view, recorded }: ExplainInput): Progress {
  const steps = recorded?.steps ?? [];
  const plans = steps.flatMap((step) => (step.kind === 'reserved' ? [step.plan] : []));
  const plan = plans.at(-1);
  const attempts = steps.flatMap((step) => (step.kind === 'sent' ? [step.attempt] : []));
  const answers = steps.flatMap((step) => (step.kind === 'looked_up' ? [step.answer] : []));
  const isForgotten = plan !== undefined && plan.asset === '';
  const hasVenueId = view.order?.venueOrderId !== undefined && view.order.venueOrderId !== '';
  return {
    ...(plan !== undefined && !isForgotten && { plan }),
    facts: steps.reduce<TradeFacts>((facts, step) => ({ ...facts, ...step.facts }), {}),
    isReserved: plan !== undefined || view.reservedAsset !== undefined,
    isForgotten,
    attempts,
    isAccepted: hasVenueId || attempts.some(({ kind }) => kind === 'PLACED') || answers.includes('found'),
    lookUps: answers.length,
    waits: steps.filter((step) => step.kind === 'wait'),
    ...lastDenial(steps),
    ...bookingFaultOf(steps),
    isWhole: recorded?.isWhole ?? false,
  };
}

function lastDenial(steps: readonly RecordedStep[]): Pick<Progress, 'denied'> {
  const denied = steps.filter((step) => step.kind === 'denied').at(-1);
  return denied === undefined ? {} : { denied };
}

function bookingFaultOf(steps: readonly RecordedStep[]): Pick<Progress, 'bookingFault'> {
  const booked = steps.filter((step) => step.kind === 'booked').at(-1);
  return booked?.fault === undefined ? {} : { bookingFault: booked.fault };
}

/** Where a signal was refused, where that is known: by whoever wrote it down, or because only one place says so. */
export function placeOf(step: DeniedStep | WaitStep, view: SignalView): StepPlace | undefined {
  if (step.place !== undefined) return step.place;
  const { code } = step;
  if (code === undefined) return undefined;
  if (code === 'SIGNAL_EXPIRED' || code === 'SIGNAL_ENDED') return 'account';
  const { gate } = CODE_MEANINGS[code];
  if (gate === 'trading_state' || gate === 'risk') return 'account';
  // Only an amount that is given is sized without looking at funds.
  if (gate === 'funded') return view.signal.amount === undefined ? undefined : 'account';
  return gate === 'sized' ? 'plan' : undefined;
}

/** The first gate that is not known to be passed. */
export function firstOpenGate(progress: Progress, view: SignalView): GateName {
  const { isReserved, isAccepted, attempts, denied, waits } = progress;
  if (isAccepted) return 'settled';
  const last = attempts.at(-1);
  if (last !== undefined) return PASSING.includes(last.kind) ? 'sent' : 'confirmed';
  // A request may have left with a process that was lost.
  if (view.sendAttempts > 0) return 'confirmed';
  if (isReserved) return 'permitted';
  const latest = denied ?? waits.at(-1);
  return latest !== undefined && placeOf(latest, view) === 'account' ? 'trading_state' : 'sized';
}

/** Where something was missing last. @returns undefined: nobody wrote that down */
export function gateOfWait(wait: WaitStep, view: SignalView, hasSent: boolean): GateName | undefined {
  if (wait.for === 'permit') return hasSent ? 'sent' : 'permitted';
  const place = placeOf(wait, view);
  if (place === 'plan') return 'sized';
  if (place === undefined || wait.code === undefined) return undefined;
  return CODE_MEANINGS[wait.code].gate;
}

/** The later one of two. */
export function laterGate(one: GateName, other: GateName): GateName {
  return GATES.indexOf(one) >= GATES.indexOf(other) ? one : other;
}

export function isBefore(one: GateName, other: GateName): boolean {
  return GATES.indexOf(one) < GATES.indexOf(other);
}
