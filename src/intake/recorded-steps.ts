import type { Attempt, RecordedStep } from '../domain/explain/types';
import type { LookUpAnswer } from '../domain/market';
import type { OutcomeKind, VenueOutcome } from '../domain/outcome';
import { isRecord } from '../domain/plain-values';
import type { BarAnswer, BookResult, PlaceOrderResult, TradeResult, WithFacts } from '../messages/trade';

/** What a signal's workflow asked for, and what it was answered. */
export interface RecordedCall {
  readonly name: string;
  /** When the answer was recorded, milliseconds UTC. */
  readonly atMs: number;
  readonly answer?: unknown;
  /** Nobody answered. */
  readonly isLost?: boolean;
  /** Nobody took it either. */
  readonly isNeverStarted?: boolean;
}

/** A refusal that names no time is followed by this pause at the least. */
const RESEND_PAUSE_MS = 1_000;
const PASSING: readonly OutcomeKind[] = ['RATE_LIMITED', 'BANNED', 'NOT_PLACED'];

/** What a call says of the signal's way. */
export function stepsOf(call: RecordedCall): readonly RecordedStep[] {
  const { name, answer, atMs, isLost } = call;
  const isPlacing = name === 'placeOrder' || name === 'placeOrderWithOptions';
  if (isLost) return isPlacing ? lostPlacing(call) : [];
  if (!isRecord(answer)) return [];
  if (isPlacing) return placingSteps(answer as unknown as PlaceOrderResult, atMs);
  switch (name) {
    case 'tradeAtOnce':
      return tradeSteps(answer as unknown as TradeResult & WithFacts, atMs);
    case 'withdraw':
      return barSteps(answer as unknown as BarAnswer, atMs);
    case 'bookFill':
      return [bookingStep(answer as unknown as BookResult, atMs)];
    case 'lookUpOrder':
      return [{ atMs, kind: 'looked_up', answer: (answer as unknown as LookUpAnswer).status }];
    default:
      return [];
  }
}

function tradeSteps(result: TradeResult & WithFacts, atMs: number): readonly RecordedStep[] {
  const { facts, place } = result;
  const at = { atMs, ...(facts && { facts }) };
  const where = place === undefined ? {} : { place };
  switch (result.status) {
    case 'denied':
      return [{ ...at, ...where, kind: 'denied', code: result.denial.code, message: result.denial.message }];
    case 'retry': {
      const { afterMs: waitMs, reason, code } = result;
      return [{ ...at, ...where, kind: 'wait', for: 'anything', waitMs, reason, ...(code && { code }) }];
    }
    case 'expired': {
      const { reason: message, code = 'SIGNAL_EXPIRED' } = result;
      return [
        { ...at, kind: 'reserved', plan: result.plan },
        { atMs, kind: 'expired', code, message },
      ];
    }
    case 'reserved': {
      const waitMs = result.waitMs ?? (result.waitUntilMs === undefined ? undefined : result.waitUntilMs - atMs);
      const { reason, plan, earlierAttempt } = result;
      return [
        { ...at, kind: 'reserved', plan },
        ...(earlierAttempt === 'none' ? [] : [{ atMs, kind: 'taken' } as const]),
        ...(waitMs === undefined ? [] : [{ atMs, kind: 'wait', for: 'permit', waitMs, reason } as const]),
      ];
    }
    case 'answered':
      return [{ ...at, kind: 'reserved', plan: result.plan }, ...attemptSteps(result.outcome, atMs)];
    case 'settled': {
      const { venueCode, httpStatus, limits } = facts ?? {};
      const outcome = {
        kind: 'PLACED',
        message: 'The venue accepted the order.',
        venueCode,
        httpStatus,
        limits,
      } as const;
      return [{ ...at, kind: 'reserved', plan: result.plan }, ...attemptSteps(outcome, atMs), { atMs, kind: 'booked' }];
    }
    default:
      return [];
  }
}

function barSteps(answer: BarAnswer, atMs: number): readonly RecordedStep[] {
  if (answer.status !== 'reserved') return [];
  return [
    { atMs, kind: 'reserved', plan: answer.plan },
    { atMs, kind: 'taken' },
  ];
}

function bookingStep(result: BookResult, atMs: number): RecordedStep {
  return { atMs, kind: 'booked', ...(result.status === 'refused' && { fault: result.message }) };
}

function placingSteps(result: PlaceOrderResult, atMs: number): readonly RecordedStep[] {
  switch (result.status) {
    case 'wait': {
      const waitMs = result.waitMs ?? (result.untilMs === undefined ? 0 : result.untilMs - atMs);
      return [{ atMs, kind: 'wait', for: 'permit', waitMs, reason: result.reason }];
    }
    case 'expired':
      return [{ atMs, kind: 'expired', code: result.code ?? 'SIGNAL_EXPIRED', message: result.reason }];
    case 'denied':
      return [{ atMs, kind: 'denied', code: result.denial.code, message: result.denial.message }];
    case 'answered':
      return attemptSteps(result.outcome, atMs);
    default:
      return [];
  }
}

function lostPlacing({ atMs, isNeverStarted }: RecordedCall): readonly RecordedStep[] {
  if (isNeverStarted) {
    return [{ atMs, kind: 'expired', code: 'SIGNAL_EXPIRED', message: 'No worker could send the order in time.' }];
  }
  return attemptSteps({ kind: 'UNKNOWN', message: 'The process that sent the order was lost.' }, atMs);
}

/** What is proven not to be placed for a passing reason is sent again after a while. */
function attemptSteps(outcome: VenueOutcome, atMs: number): readonly RecordedStep[] {
  const { kind, venueCode, httpStatus, limits, message, retryAfterMs = 0 } = outcome;
  const attempt: Attempt = {
    atMs,
    kind,
    message,
    ...(venueCode !== undefined && { venueCode }),
    ...(httpStatus !== undefined && { httpStatus }),
    ...(limits && { limits }),
  };
  const sent = { atMs, kind: 'sent', attempt } as const;
  if (!PASSING.includes(kind)) return [sent];
  const waitMs = Math.max(RESEND_PAUSE_MS, retryAfterMs);
  return [sent, { atMs, kind: 'wait', for: 'permit', waitMs, reason: message }];
}
