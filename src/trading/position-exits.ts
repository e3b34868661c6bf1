import { ApplicationFailure } from '@temporalio/common';
import { formatDecimal, parseDecimal } from '../domain/decimal';
import { quoteValue } from '../domain/quote-value';
import { closeReasonWords, exitStrategy } from '../domain/position/exit-strategy';
import type { CloseReason, PositionSide } from '../domain/position/types';
import type { TradingSignal } from '../domain/signal';
import type { TradingVenue } from '../domain/trading-venue';
import { CONTENT_HASH_MEMO, EXIT_REASON_MEMO, type SignalWorkflowInput } from '../messages/signal';
import { VenueError } from '../venues/venue';
import type { PacedVenue } from './paced-venue';

/** One round of closing a position, or a part of it. */
export interface ExitOrder extends TradingVenue {
  readonly symbol: string;
  /** Of the position. */
  readonly side: PositionSide;
  /** In base units, a decimal string above zero; cut to the largest market order. */
  readonly quantity: string;
  /** Of the position: names the episode, milliseconds UTC. */
  readonly openedAtMs: number;
  /** Counts the exits of this episode, from 1. */
  readonly round: number;
  /** Chosen once, and kept before the exit is made: its minute is part of the exit's identity, milliseconds UTC. */
  readonly timestampMs: number;
  readonly reason: CloseReason;
}

/** All that an exit's workflow is started with. */
export interface MadeExit {
  /** Its fingerprint is the workflow's id. */
  readonly input: SignalWorkflowInput;
  readonly memo: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** What identifies a signal; intake's own functions. */
export interface SignalNames {
  fingerprintOf(signal: TradingSignal): string;
  contentHashOf(signal: TradingSignal): string;
  clientOrderIdOf(fingerprint: string): string;
}

/** Makes the signals with which positions are closed. */
export class ExitMaker {
  constructor(
    private readonly pacedVenue: Pick<PacedVenue, 'market'>,
    private readonly names: SignalNames,
  ) {}

  /** The same order makes the same signal; only what is the largest order may change between two calls. */
  async make(order: ExitOrder): Promise<MadeExit> {
    const { environment, venue, symbol, side, openedAtMs, round, timestampMs, reason } = order;
    const signal: TradingSignal = {
      symbol,
      direction: side === 'LONG' ? 'SELL' : 'BUY',
      strategy: exitStrategy({ openedAtMs, round }),
      timestampMs,
      intent: 'exit',
      amount: await this.atMostOneOrder(order),
    };
    const fingerprint = this.names.fingerprintOf(signal);
    const clientOrderId = this.names.clientOrderIdOf(fingerprint);
    return {
      input: { fingerprint, clientOrderId, environment, venue, signal, stopsByAnswer: true, exitReason: reason },
      memo: { [CONTENT_HASH_MEMO]: this.names.contentHashOf(signal), [EXIT_REASON_MEMO]: reason },
      summary: `${signal.direction} ${symbol} · exit ${round}: ${closeReasonWords(reason)}`,
    };
  }

  /** Where the venue does not tell its largest order now, an exit goes all the same: should it be too large, the next round follows. */
  private async atMostOneOrder({ symbol, quantity }: ExitOrder): Promise<string> {
    const wanted = parseDecimal(quantity);
    if (wanted === undefined || wanted.isZero()) {
      const message = `The size of ${symbol} to close is ${quoteValue(quantity)}; it must be a decimal number above zero.`;
      throw ApplicationFailure.nonRetryable(message, 'INVALID_EXIT');
    }
    const quantityMax = await this.largestOrder(symbol);
    // In the one spelling that intake would give it: a signal in another one is none of ours.
    return formatDecimal(quantityMax?.lessThan(wanted) ? quantityMax : wanted);
  }

  private async largestOrder(symbol: string): Promise<ReturnType<typeof parseDecimal>> {
    try {
      const quantityMax = parseDecimal((await this.pacedVenue.market(symbol, 'exit'))?.quantityMax);
      return quantityMax?.isZero() ? undefined : quantityMax;
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      return undefined;
    }
  }
}
