import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { sleep, startChild, type ChildWorkflowHandle } from '@temporalio/workflow';
import type { ExitOutcome, MadeExit } from '../activities/positions';
import type { ExitRound } from '../src/domain/position/book';
import type { ExitEnd } from '../src/domain/position/exits';
import type { SignalView } from '../src/domain/signal-view';
import { SIGNALS_TASK_QUEUE } from '../src/messages/ids';
import type { PositionWorkflowInput } from '../src/messages/position';
import { TRADE_DIRECTION, TRADE_STRATEGY, TRADE_SYMBOL, TRADE_VENUE } from '../src/messages/search-attributes';
import { SIGNAL_WORKFLOW_TYPE, type SignalWorkflowInput } from '../src/messages/signal';
import { reached } from './announcements';
import { untilDone, type PositionCalls } from './position-activities';
import { rootMessage } from './until-answered';

/** Pauses between two looks at an exit that another run started; the last one stays. */
const FOLLOW_PAUSES_MS = [500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000] as const;

type SignalWorkflow = (input: SignalWorkflowInput) => Promise<SignalView>;

export interface ExitListener {
  /** The exit's workflow exists. */
  started(names: { readonly fingerprint: string; readonly clientOrderId: string }): void;
  /** Brackets what must not be cut off by a new run: a start that is on its way. */
  starting(isUnderWay: boolean): void;
}

export interface ExitParts {
  readonly input: PositionWorkflowInput;
  readonly activities: PositionCalls;
  readonly listener: ExitListener;
}

/**
 * One exit from its start to its end: a signal's workflow of its own, which the server starts once for its fingerprint. One
 * that exists already is followed.
 */
export async function runExit(parts: ExitParts, round: ExitRound): Promise<ExitEnd> {
  const { input, activities, listener } = parts;
  for (;;) {
    let fingerprint = round.fingerprint;
    if (fingerprint === undefined) {
      const made = await makeExit(parts, round);
      if ('filledQuantity' in made) return made;
      fingerprint = made.input.fingerprint;
      reached('exit.before-start');
      listener.starting(true);
      const child = await startOnce(made).finally(() => listener.starting(false));
      listener.started(made.input);
      reached('exit.after-start');
      if (child !== undefined) return resultOf(child);
    }
    const outcome = await follow({ input, activities }, fingerprint);
    if (outcome.status !== 'absent') return endOf(outcome);
    // It was never started: the same order makes the same signal.
    round = { ...round, fingerprint: undefined };
  }
}

/** @returns how the exit ended, where none can be made */
async function makeExit({ input, activities }: ExitParts, round: ExitRound): Promise<MadeExit | ExitEnd> {
  const { environment, venue, symbol } = input;
  const { side, quantity, openedAtMs, timestampMs, reason } = round;
  const order = { environment, venue, symbol, side, quantity, openedAtMs, round: round.round, timestampMs, reason };
  try {
    return (await untilDone(`${symbol}: the trading engine`, () => activities.makeExit(order)))!;
  } catch (error) {
    return { filledQuantity: '0', words: `no exit could be made: ${rootMessage(error)}` };
  }
}

/** @returns undefined: the server has a workflow of this fingerprint already */
async function startOnce({ input, memo, summary }: MadeExit): Promise<ChildWorkflowHandle<SignalWorkflow> | undefined> {
  const { signal, venue, fingerprint } = input;
  try {
    return await startChild<SignalWorkflow>(SIGNAL_WORKFLOW_TYPE, {
      workflowId: fingerprint,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      taskQueue: SIGNALS_TASK_QUEUE,
      parentClosePolicy: 'ABANDON',
      args: [input],
      memo,
      staticSummary: summary,
      typedSearchAttributes: [
        { key: TRADE_SYMBOL, value: signal.symbol },
        { key: TRADE_DIRECTION, value: signal.direction },
        { key: TRADE_STRATEGY, value: signal.strategy },
        { key: TRADE_VENUE, value: venue },
      ],
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}

async function resultOf(child: ChildWorkflowHandle<SignalWorkflow>): Promise<ExitEnd> {
  try {
    const { outcome, detail, order } = await child.result();
    return { filledQuantity: order?.filledQuantity ?? '0', words: `${outcome ?? 'no outcome'}. ${detail}` };
  } catch (error) {
    // Whoever ended it by hand: what it sent is looked after elsewhere, and the next report tells what is left.
    return { filledQuantity: '0', words: `its workflow failed: ${rootMessage(error)}` };
  }
}

async function follow(
  { input, activities }: Pick<ExitParts, 'input' | 'activities'>,
  exitFingerprint: string,
): Promise<Exclude<ExitOutcome, { status: 'running' }>> {
  const { environment, venue, symbol } = input;
  for (let looks = 0; ; looks += 1) {
    const ask = () => activities.exitOutcome({ environment, venue, exitFingerprint });
    const outcome = (await untilDone(`${symbol}: the trading engine`, ask))!;
    if (outcome.status !== 'running') return outcome;
    await sleep(FOLLOW_PAUSES_MS[Math.min(looks, FOLLOW_PAUSES_MS.length - 1)]!);
  }
}

function endOf(outcome: Exclude<ExitOutcome, { status: 'running' | 'absent' }>): ExitEnd {
  if (outcome.status === 'stopped') return { filledQuantity: '0', words: 'its workflow was ended by hand' };
  return { filledQuantity: outcome.filledQuantity, words: `${outcome.outcome}. ${outcome.detail}` };
}
