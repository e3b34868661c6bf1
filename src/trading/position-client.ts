import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { PositionSettings } from '../domain/risk/types';
import {
  formerBeside,
  formerOf,
  newsBeside,
  readFormer,
  readTrade,
  type FormerEpisode,
} from '../domain/position/former';
import type { FoundSignal } from '../domain/position/signal-orders';
import { toldOpeners } from '../domain/position/told-openers';
import type { ProtectionSettings } from '../domain/protection/types';
import type { DenialCode } from '../domain/denial';
import type { SignalOutcome, SignalView } from '../domain/signal-view';
import type { TradingVenue } from '../domain/trading-venue';
import { ENTITIES_TASK_QUEUE, positionWorkflowId, venueAccountWorkflowId } from '../messages/ids';
import {
  FORMER_MEMO,
  POSITION_WORKFLOW_TYPE,
  positionReportSignal,
  TRADE_MEMO,
  type PositionReport,
  type PositionWorkflowInput,
} from '../messages/position';
import { TRADE_DIRECTION, TRADE_STRATEGY, TRADE_SYMBOL, TRADE_VENUE } from '../messages/search-attributes';
import { SIGNAL_WORKFLOW_TYPE } from '../messages/signal';
import { positionClosedSignal, type PositionClosed } from '../messages/venue-account';

/** One call to the server; the workflow that asked tries again. */
const CALL_TIMEOUT_MS = 10_000;
/** Signals of a symbol that are looked through for the order of one. */
const SIGNALS_MAX = 1_000;
const PAGE_SIZE = 200;
/** As for the account: how long a step may be in the hands of a process that has died. */
const STEP_TIMEOUT = '5 seconds';

export interface PositionClientOptions {
  readonly client: Client;
  readonly ours: TradingVenue;
  /** As this process is configured. */
  readonly protection: ProtectionSettings;
  readonly foreign: PositionSettings['foreign'];
  /** What the order of a signal is called at the venue; intake's own function. */
  readonly clientOrderIdOf: (fingerprint: string) => string;
}

/** What became of an exit. */
export type ExitOutcome =
  | { readonly status: 'running' }
  /** Nothing has this fingerprint: it was never started. */
  | { readonly status: 'absent' }
  /** Its workflow was ended by hand. What it sent, if anything, is looked after elsewhere: the next report tells. */
  | { readonly status: 'stopped' }
  | {
      readonly status: 'ended';
      readonly outcome: SignalOutcome;
      readonly denialCode?: DenialCode;
      /** One sentence. */
      readonly detail: string;
      /** A decimal string; `0`: nothing filled. */
      readonly filledQuantity: string;
    };

/** Reaches the workflows of positions and of their exits, and the account, over this process's client. */
export class PositionClient {
  constructor(private readonly options: PositionClientOptions) {}

  /**
   * Tells a position's workflow what the venue says; it is in that workflow's history when this returns. One is started where
   * none runs, unless the report says nothing that there would be to look after. It hears by which rules this process keeps it.
   */
  async tell(symbol: string, { rules: _others, ...facts }: PositionReport): Promise<void> {
    const { client, ours, protection, foreign } = this.options;
    // An account whose run began before it bounded them may name more than a position's workflow takes.
    const report = { ...facts, openers: toldOpeners(facts.openers), rules: { protection, foreign } };
    const workflowId = positionWorkflowId(ours, symbol);
    await this.inTime(async () => {
      if (await this.tellIfRunning(workflowId, report)) return;
      if (report.row === null && report.openers.length === 0) return;
      const booked = await this.formerOf(workflowId);
      const former = booked && formerBeside(booked, report.openers);
      // A late word of what is booked already: a run for it would have nothing to look after.
      if (former !== undefined && newsBeside(former, report) === undefined) return;
      await client.workflow.signalWithStart(POSITION_WORKFLOW_TYPE, {
        workflowId,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
        taskQueue: ENTITIES_TASK_QUEUE,
        workflowTaskTimeout: STEP_TIMEOUT,
        args: [this.inputFor(symbol)],
        signal: positionReportSignal,
        signalArgs: [report],
        staticSummary: summaryOf(symbol, report),
        ...(former && { memo: { [FORMER_MEMO]: former } }),
        typedSearchAttributes: [
          { key: TRADE_SYMBOL, value: symbol },
          { key: TRADE_VENUE, value: ours.venue },
          ...(report.row === null ? [] : [{ key: TRADE_DIRECTION, value: report.row.side }]),
          ...strategyAttribute(report),
        ],
      });
    });
  }

  /** Tells the account that an episode is booked; one that is told twice counts once. */
  async tellClosed(closed: PositionClosed): Promise<void> {
    const { client, ours } = this.options;
    await this.inTime(() =>
      client.workflow.getHandle(venueAccountWorkflowId(ours)).signal(positionClosedSignal, closed),
    );
  }

  /**
   * The signals whose orders these are, among the SIGNALS_MAX newest of a symbol.
   *
   * @returns those that were found; none where the server does not tell
   */
  async signalsOf(symbol: string, clientOrderIds: readonly string[]): Promise<readonly FoundSignal[]> {
    const { client, clientOrderIdOf } = this.options;
    const query = `WorkflowType = '${SIGNAL_WORKFLOW_TYPE}' AND ${TRADE_SYMBOL.name} = '${symbol}'`;
    const found: FoundSignal[] = [];
    try {
      await this.inTime(async () => {
        let looks = 0;
        for await (const { workflowId, typedSearchAttributes } of client.workflow.list({
          query,
          pageSize: PAGE_SIZE,
        })) {
          const clientOrderId = clientOrderIdOf(workflowId);
          const strategy = typedSearchAttributes.get(TRADE_STRATEGY);
          if (clientOrderIds.includes(clientOrderId)) found.push({ clientOrderId, fingerprint: workflowId, strategy });
          looks += 1;
          if (found.length === clientOrderIds.length || looks >= SIGNALS_MAX) return;
        }
      });
    } catch {
      // What was found before counts.
    }
    return found;
  }

  /** What became of an exit, by its fingerprint. */
  async exitOutcome(fingerprint: string): Promise<ExitOutcome> {
    const handle = this.options.client.workflow.getHandle<() => Promise<SignalView>>(fingerprint);
    return this.inTime(async () => {
      try {
        const { status } = await handle.describe();
        if (status.name === 'RUNNING' || status.name === 'PAUSED') return { status: 'running' };
        return status.name === 'COMPLETED' ? outcomeOf(await handle.result()) : { status: 'stopped' };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return { status: 'absent' };
        throw error;
      }
    });
  }

  private inputFor(symbol: string): PositionWorkflowInput {
    const { ours, protection, foreign } = this.options;
    return { ...ours, symbol, protection, foreign };
  }

  /** @returns whether one runs */
  private async tellIfRunning(workflowId: string, report: PositionReport): Promise<boolean> {
    try {
      await this.options.client.workflow.getHandle(workflowId).signal(positionReportSignal, report);
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  /** What the last run booked, or the one before it. @returns undefined: nothing is remembered */
  private async formerOf(workflowId: string): Promise<FormerEpisode | undefined> {
    try {
      const { memo } = await this.options.client.workflow.getHandle(workflowId).describe();
      const trade = readTrade(memo?.[TRADE_MEMO]);
      const former = readFormer(memo?.[FORMER_MEMO]);
      if (trade === undefined) return former;
      // With others that were booked at once it is in the latter, too.
      return former !== undefined && former.openedAtMs >= trade.openedAtMs ? former : formerOf(trade);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  private inTime<Result>(call: () => Promise<Result>): Promise<Result> {
    return this.options.client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call);
  }
}

/** It stays as it is for as long as the run: what moves is left out. */
function summaryOf(symbol: string, { row }: PositionReport): string {
  if (row === null) return `${symbol}, not shown by the venue yet`;
  return `${row.side} ${symbol} ${row.size} @ ${row.entryPrice}`;
}

function strategyAttribute({ openers }: PositionReport) {
  const strategy = openers[0]?.strategy;
  return strategy === undefined ? [] : [{ key: TRADE_STRATEGY, value: strategy }];
}

function outcomeOf({ outcome, denialCode, detail, order }: SignalView): ExitOutcome {
  // A workflow that completed has an outcome; without one it says nothing of an order.
  if (outcome === undefined) return { status: 'stopped' };
  return { status: 'ended', outcome, denialCode, detail, filledQuantity: order?.filledQuantity ?? '0' };
}
