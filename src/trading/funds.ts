import { ApplicationFailure } from '@temporalio/common';
import { isPassing, type Denial } from '../domain/denial';
import type {
  EndReservationResult,
  ReleaseCommand,
  Reservation,
  ReservationMetadata,
  ReserveCommand,
  ReserveResult,
  BarCommand,
} from '../domain/ledger/types';
import type { OrderPlan } from '../domain/market';
import { RESERVE_COMMAND_BYTES_MAX } from '../domain/ledger/state';
import { cutText, jsonBytes } from '../domain/plain-values';
import { bookingFault, commitCommandOf } from '../domain/settlement';
import type { BoundFigure } from '../domain/explain/types';
import type { Intent, TradingSignal } from '../domain/signal';
import type { BookInput, BookResult, Refused, Reserved, BarInput } from '../messages/trade';
import { crashPoint } from '../process/crash-points';
import type { AccountRequester } from './venue-account-client';

/** How long a signal waits before it asks again for what is missing for a while. */
export const MISSING_RETRY_AFTER_MS = 1_000;
/** Why a signal that finds its own reservation sends nothing before a look-up. */
export const EARLIER_ATTEMPT = 'An earlier attempt, whose answer was lost, may have sent the order.';

/** Of a strategy's name as JSON; longer ones are cut in the account's books. */
const STRATEGY_BYTES_MAX = 100;
/** As JSON: its quotes. */
const EMPTY_TEXT_BYTES = 2;

export interface FundsInput {
  readonly fingerprint: string;
  readonly clientOrderId: string;
  readonly signal: TradingSignal;
  readonly venue: string;
  readonly intent: Intent;
  /** Counts the times something was missing; each is a new request to the ledger. */
  readonly tradeRound: number;
  /** See ReserveCommand. */
  readonly signalStartedAtMs: number;
  /** See ReserveCommand. */
  readonly expiresAtMs: number;
}

/** A signal's dealings with the ledger. Each call is safe to repeat. */
export class Funds {
  constructor(private readonly accounts: AccountRequester) {}

  /**
   * Holds what the plan needs. The reservation's id is the fingerprint, and the plan of the first attempt is the one
   * that counts, whatever the price is by then. The ledger may have found that a part of it only closes a position: then
   * it holds less, and the plan says so.
   *
   * @param onBounds hears of the bounds of risk that an entry of an amount of its own met; one that was sized from free funds has
   *   heard of them before
   */
  async reserve(
    input: FundsInput,
    plan: OrderPlan,
    onBounds?: (bounds: readonly BoundFigure[]) => void,
  ): Promise<Reserved | Refused> {
    const askedAtMs = performance.now();
    const command = reserveCommandOf(input, plan);
    const tellsBounds = onBounds !== undefined && input.intent === 'entry' && input.signal.amount !== undefined;
    const wants = tellsBounds ? ({ tellBounds: true } as const) : {};
    const result = await this.accounts.request(input.venue, 'reserve', command, wants);
    if (result.bounds !== undefined) onBounds?.(result.bounds);
    if (result.status === 'denied') return refusedFor(result.denial);
    if (result.status === 'ended') return bookedBefore(input);
    // A conflict is an earlier attempt of this very signal, made at another price: its plan is the one that counts.
    const { reservation } = result;
    // Released means proven not placed.
    if (reservation.status === 'released') return { status: 'denied', denial: alreadyEnded(reservation) };
    const earlierAttempt = earlierAttemptOf(result);
    const reserved = { status: 'reserved', plan: planOf(reservation), earlierAttempt } as const;
    // A reservation found again was authorized when it was made; trading may have been halted since.
    return earlierAttempt === 'none' ? { ...reserved, authorizedAtMs: askedAtMs } : reserved;
  }

  /**
   * Bars a signal that ends unsent: it holds nothing and never will.
   *
   * @param input with the end of the signal's time to live, milliseconds UTC; absent: the ledger remembers it for a day
   * @returns undefined when that is so; otherwise what an earlier attempt, whose answer was lost, holds
   */
  async bar(input: BarInput & { readonly expiresAtMs?: number }): Promise<Reserved | undefined> {
    const command: BarCommand = {
      requestId: `${input.fingerprint}:withdraw`,
      reservationId: input.fingerprint,
      signalStartedAtMs: input.signalStartedAtMs,
      expiresAtMs: input.expiresAtMs,
    };
    const result = await this.accounts.request(input.venue, 'withdraw', command);
    switch (result.status) {
      case 'withdrawn':
        return undefined;
      case 'exists': {
        const { reservation } = result;
        // Released means proven not placed.
        if (reservation.status === 'released') return undefined;
        const earlierAttempt = reservation.status === 'committed' ? 'placed' : 'possible';
        return { status: 'reserved', plan: planOf(reservation), earlierAttempt };
      }
      case 'ended':
        return bookedBefore(input);
      case 'uncertain':
        return {
          status: 'reserved',
          plan: lookUpPlan(input),
          earlierAttempt: 'possible',
          lookUpOnly: true,
        };
      case 'invalid':
        throw ApplicationFailure.nonRetryable(result.message, 'INVALID_BAR_COMMAND');
    }
  }

  /** Books what an order took; the rest is free in the same step. */
  async book({ venue, ...fill }: BookInput): Promise<BookResult> {
    const fault = bookingFault(await this.accounts.request(venue, 'commit', commitCommandOf(fill)));
    return fault === undefined ? { status: 'booked' } : { status: 'refused', message: fault };
  }

  /**
   * The same without waiting for the account's answer while nothing else is asked of it. What was told is in its history
   * then, comes before all that is asked of it later, and it tells a person itself of what it cannot book.
   */
  async bookOrTell(input: BookInput): Promise<BookResult> {
    const { venue, ...fill } = input;
    const isTold = await this.accounts.tellFillIfIdle(venue, commitCommandOf(fill));
    return isTold ? { status: 'booked' } : this.book(input);
  }

  /** Gives back what a signal holds; a signal that holds nothing is no error. */
  async release(venue: string, fingerprint: string, reason: string): Promise<EndReservationResult> {
    crashPoint('release.before-update');
    const command: ReleaseCommand = { requestId: `${fingerprint}:release`, reservationId: fingerprint, reason };
    const result = await this.accounts.request(venue, 'release', command);
    crashPoint('release.after-update');
    return result;
  }
}

/** What the ledger is asked to hold for an entry or an exit. */
export function reserveCommandOf(input: FundsInput, plan: OrderPlan): ReserveCommand {
  const command: ReserveCommand = {
    requestId: `${input.fingerprint}:reserve:${input.tradeRound}`,
    reservationId: input.fingerprint,
    asset: plan.asset,
    amount: plan.reserveAmount,
    intent: input.intent,
    purpose: `${plan.direction} ${plan.quantity} ${plan.symbol}`,
    metadata: metadataOf(plan),
    signalStartedAtMs: input.signalStartedAtMs,
    expiresAtMs: input.expiresAtMs,
    ...(plan.closingAmount === undefined ? {} : { closingAmount: plan.closingAmount }),
  };
  if (input.intent !== 'entry') return command;
  // The ledger refuses a longer command: a name that is cut shorter is no reason to.
  const roomBytes = RESERVE_COMMAND_BYTES_MAX - jsonBytes({ ...command, strategy: '' }) + EMPTY_TEXT_BYTES;
  const strategy = cutText(input.signal.strategy, Math.min(STRATEGY_BYTES_MAX, Math.max(roomBytes, EMPTY_TEXT_BYTES)));
  return strategy === '' ? command : { ...command, strategy };
}

/** A balance that is not known yet, or is too old, is known in a moment; every other refusal is final. */
export function refusedFor(denial: Denial): Refused {
  return isPassing(denial)
    ? { status: 'retry', afterMs: MISSING_RETRY_AFTER_MS, reason: denial.message, code: denial.code }
    : { status: 'denied', denial };
}

/** The order is at the venue, and its plan is forgotten: it can only be looked up. */
function bookedBefore(input: Pick<BarInput, 'clientOrderId' | 'signal'>): Reserved {
  return {
    status: 'reserved',
    plan: lookUpPlan(input),
    earlierAttempt: 'placed',
    lookUpOnly: true,
  };
}

function earlierAttemptOf(result: Exclude<ReserveResult, { status: 'denied' | 'ended' }>): Reserved['earlierAttempt'] {
  if (result.reservation.status === 'committed') return 'placed';
  return result.status === 'reserved' && result.isNew ? 'none' : 'possible';
}

function alreadyEnded(reservation: Reservation): Denial {
  return {
    code: 'SIGNAL_ENDED',
    message: `The funds of this signal were released before (${reservation.reason ?? 'no reason given'}).`,
  };
}

/** All that a look-up needs of an order whose plan is forgotten. */
function lookUpPlan({ clientOrderId, signal }: Pick<BarInput, 'clientOrderId' | 'signal'>): OrderPlan {
  const { symbol, direction, amount = '0', intent } = signal;
  return {
    symbol,
    direction,
    clientOrderId,
    quantity: amount,
    reduceOnly: intent === 'exit',
    asset: '',
    reserveAmount: '0',
    referencePrice: '0',
  };
}

/** What stands in the command need not be kept twice. */
function metadataOf({
  closingAmount: _closing,
  asset: _asset,
  reserveAmount: _amount,
  ...plan
}: OrderPlan): ReservationMetadata {
  return Object.fromEntries(Object.entries(plan).filter(([, value]) => value !== undefined));
}

/** The plan that counts, with what is really held for it. */
function planOf({ metadata, asset, amount }: Reservation): OrderPlan {
  if (typeof metadata.clientOrderId !== 'string' || typeof metadata.quantity !== 'string') {
    throw ApplicationFailure.nonRetryable('The reservation holds no order plan.', 'PLAN_MISSING');
  }
  return { ...(metadata as unknown as OrderPlan), asset, reserveAmount: amount };
}
