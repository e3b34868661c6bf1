/** All that a position's workflow understands, one per venue and symbol; it lives from a position's first fill until it is booked. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type {
  ClosedTrade,
  CloseReason,
  PositionMark,
  PositionOpener,
  PositionRow,
  PositionSide,
} from '../domain/position/types';
import { readExitStrategy } from '../domain/position/exit-strategy';
import type { AwaitedWord, ExitUnderWay } from '../domain/position/exit-under-way';
import type { ProtectionSettings } from '../domain/protection/types';
import type { TradingState } from '../domain/ledger/types';
import type { TradingSignal } from '../domain/signal';
import type { NamedVenue, TradingVenue } from '../domain/trading-venue';
import { positionWorkflowId } from './ids';

export const POSITION_WORKFLOW_TYPE = 'position';
/** Where a closed position's memo holds its ClosedTrade. */
export const TRADE_MEMO = 'trade';
/** Where it holds those that were booked with it because no report had shown them: a list of ClosedTrade. */
export const MISSED_MEMO = 'missed';
/** Where a run's memo holds the FormerEpisode: what the run before it booked. */
export const FORMER_MEMO = 'former';
/** TRADE_OUTCOME of a run that ended without a trade: the venue never showed its position, or it was booked before. */
export const NO_TRADE = 'NONE';
export { EXIT_STRATEGY_PREFIX } from '../domain/position/exit-strategy';

/**
 * Whether a signal may be an exit that a position's workflow started, as far as names tell.
 *
 * @param parentId the workflow that started the signal's
 */
export function isExitOf(parentId: string, of: NamedVenue, { symbol, strategy, intent }: TradingSignal): boolean {
  return parentId === positionWorkflowId(of, symbol) && intent === 'exit' && readExitStrategy(strategy) !== undefined;
}

/** By what a position is kept: as the process that trades is configured. */
export interface PositionRules {
  readonly protection: ProtectionSettings;
  /** See PositionSettings.foreign. */
  readonly foreign: 'alert' | 'protect';
}

/** Its rules count until a report brings those of the process that trades. */
export interface PositionWorkflowInput extends TradingVenue, PositionRules {
  readonly symbol: string;
}

/** What the venue's account tells of one symbol: after every change, and once a minute. */
export interface PositionReport {
  /** The venue's clock, milliseconds UTC; an older report than the last one changes nothing. */
  readonly asOfMs: number;
  /** null: the venue's complete and fresh answer has no position of this symbol. */
  readonly row: PositionRow | null;
  /** Entries of ours that filled in this symbol, since it was flat. */
  readonly openers: readonly PositionOpener[];
  readonly tradingState: TradingState;
  /** Every position is to be closed, for this reason: a daily loss, an operator's flatten. */
  readonly closeAll?: { readonly reason: CloseReason; readonly words: string };
  /** Put in by the process that trades when it tells the report: whoever started the workflow may have chosen others. */
  readonly rules?: PositionRules;
}

/** A report starts the workflow where there is none (signal with start). */
export const positionReportSignal = defineSignal<[PositionReport]>('report');

export interface CloseCommand {
  readonly requestId: string;
  /** Who asks and why, for people. */
  readonly words: string;
  readonly reason: CloseReason;
}

/** Of a person. A price is absolute; null removes a target or the trailing; a stop cannot be removed. */
export interface ProtectCommand {
  readonly requestId: string;
  readonly words: string;
  readonly stopLoss?: string;
  readonly takeProfit?: string | null;
  readonly trailingDistance?: string | null;
  /** Whether the stop may move away from the price. */
  readonly force?: boolean;
}

export interface PositionReply {
  readonly accepted: boolean;
  /** One sentence. */
  readonly message: string;
}

export const closePositionUpdate = defineUpdate<PositionReply, [CloseCommand]>('close');
export const protectPositionUpdate = defineUpdate<PositionReply, [ProtectCommand]>('protect');

export type PositionState = 'OPENING' | 'PROTECTED' | 'UNPROTECTED' | 'OPEN' | 'EXITING' | 'FLAT' | 'BOOKED';

export interface PositionEvent {
  readonly atMs: number;
  readonly text: string;
}

/** What `state` answers, while it runs and after it ended. */
export interface PositionView {
  readonly venue: string;
  readonly symbol: string;
  readonly state: PositionState;
  /** Why it is in that state, for people, one sentence or two; absent: the state says it all. */
  readonly stateReason?: string;
  readonly side?: PositionSide;
  /** The venue's last word; absent: it is flat. */
  readonly row?: PositionRow;
  /** When the venue said so, milliseconds UTC on its clock. */
  readonly reportedAtMs?: number;
  /** The tightest one in force; estimated: it follows the price, and the venue tells its distance only. Absent: none. */
  readonly stop?: { readonly price: string; readonly isEstimated: boolean };
  /** Who made the present stop: it came with the entry, we set it, or the venue or a person did. */
  readonly stopSource?: 'attached' | 'set' | 'venue';
  /** Since when it lacks a stop that it is to have, milliseconds UTC. */
  readonly unprotectedSinceMs?: number;
  readonly openers: readonly PositionOpener[];
  readonly marks: readonly PositionMark[];
  /** Exits so far; the last one's signal. */
  readonly exitRounds: number;
  readonly exitFingerprint?: string;
  readonly exitReason?: CloseReason;
  /** Absent: none is, for all that is known. */
  readonly exitUnderWay?: ExitUnderWay;
  /** Its order is missing or unknown, and waits for a person's word; put in by whoever asks. Absent: no exit's is, as far as was told. */
  readonly wordAwaited?: AwaitedWord;
  /** When it is closed by its time, milliseconds UTC; absent: never. */
  readonly closesAtMs?: number;
  /** The newest last, at most TIMELINE_MAX. */
  readonly timeline: readonly PositionEvent[];
  /** Once it is booked. */
  readonly trade?: ClosedTrade;
}

export const TIMELINE_MAX = 50;

export const positionStateQuery = defineQuery<PositionView>('state');
