import {
  ApplicationFailure,
  CancellationScope,
  condition,
  makeContinueAsNewFunc,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { closeFault, protectFault } from '../src/domain/position/message-faults';
import type { FormerEpisode } from '../src/domain/position/former';
import { isRecord, showValue } from '../src/domain/plain-values';
import { isTradingEnvironment } from '../src/domain/trading-venue';
import { positionWorkflowId } from '../src/messages/ids';
import {
  closePositionUpdate,
  FORMER_MEMO,
  positionReportSignal,
  positionStateQuery,
  protectPositionUpdate,
  type PositionView,
  type PositionWorkflowInput,
} from '../src/messages/position';
import { TRADE_DIRECTION, TRADE_STRATEGY, TRADE_SYMBOL, TRADE_VENUE } from '../src/messages/search-attributes';
import { alert, reached } from './announcements';
import { PositionKeeper, type CarriedPosition } from './position-keeper';
import { reject } from './reject';

/** Of a wait that is over, what must have passed by the clock of the run for the clock to be going. */
const STANDING_CLOCK_SHARE = 0.5;

/**
 * The position of one symbol at one venue, from its first fill until it is flat and booked: keeps it protected, closes it by
 * rule or by a person's word, and books what it brought. Started by the venue account's report.
 *
 * @returns the last view of it, with the trade
 */
export function position(input: PositionWorkflowInput, carried?: CarriedPosition): Promise<PositionView> {
  const fault = inputFault(input) ?? originFault(input, carried);
  if (fault !== undefined) {
    alert(`A workflow that is no position was started by hand, and ends. ${fault}`);
    throw ApplicationFailure.nonRetryable(fault, 'POSITION_NOT_GENUINE');
  }
  // Cancelling the workflow leaves no position alone.
  return CancellationScope.nonCancellable(() => keep(input, carried));
}

async function keep(input: PositionWorkflowInput, carried: CarriedPosition | undefined): Promise<PositionView> {
  const keeper = new PositionKeeper(input, carried);
  // Messages that wait are taken as soon as there are handlers: what the former run left comes before them.
  keeper.goOn();
  if (carried?.next) keeper.report(carried.next);
  handleMessages(keeper);
  if (carried === undefined) reached('position.started');
  let hasClock = true;
  const mustContinue = (): boolean => (workflowInfo().continueAsNewSuggested || !hasClock) && keeper.isQuiet;
  const isOver = (): boolean => keeper.book.isBooked && (keeper.isTold || keeper.book.next !== undefined);
  while (!isOver()) {
    if (mustContinue()) await continueSame(keeper.nextInput, keeper.carry());
    hasClock = await untilDue(keeper, () => isOver() || mustContinue());
  }
  const { next } = keeper.book;
  if (keeper.book.trade === undefined) keeper.endWithoutTrade();
  if (next !== undefined) await continueWithNext(keeper.nextInput, keeper.handOver(next), keeper.former);
  return keeper.view();
}

/** Waits until time or a message asks for more. @returns whether the run's clock is going */
async function untilDue(keeper: PositionKeeper, isOver: () => boolean): Promise<boolean> {
  const beforeMs = Date.now();
  const armedAtMs = keeper.dueAtMs;
  const isSooner = (): boolean => {
    const { dueAtMs } = keeper;
    return dueAtMs !== undefined && (armedAtMs === undefined || dueAtMs < armedAtMs);
  };
  if (armedAtMs === undefined) {
    await condition(() => isOver() || isSooner());
    return true;
  }
  const waitMs = Math.max(1, armedAtMs - beforeMs);
  if (await condition(() => isOver() || isSooner(), waitMs)) return true;
  keeper.take({ kind: 'tick' });
  // A run's time never goes back: after the server's clock did, it stands still. A new run begins with the true time.
  return Date.now() - beforeMs >= waitMs * STANDING_CLOCK_SHARE;
}

async function continueSame(input: PositionWorkflowInput, carried: CarriedPosition): Promise<never> {
  return makeContinueAsNewFunc<typeof position>()(input, carried);
}

/** The next episode is another trade: what lists find of this one stays with this run. */
async function continueWithNext(
  input: PositionWorkflowInput,
  carried: CarriedPosition,
  former: FormerEpisode | undefined,
): Promise<never> {
  const { next } = carried;
  const strategy = next?.openers[0]?.strategy;
  const nextRun = makeContinueAsNewFunc<typeof position>({
    memo: former ? { [FORMER_MEMO]: former } : {},
    typedSearchAttributes: [
      { key: TRADE_SYMBOL, value: input.symbol },
      { key: TRADE_VENUE, value: input.venue },
      ...(next?.row ? [{ key: TRADE_DIRECTION, value: next.row.side }] : []),
      ...(strategy === undefined ? [] : [{ key: TRADE_STRATEGY, value: strategy }]),
    ],
  });
  return nextRun(input, carried);
}

/** Each answers at once, and takes any value: anyone with the command line can send one. */
function handleMessages(keeper: PositionKeeper): void {
  setHandler(positionReportSignal, (report) => keeper.report(report), {
    description: "The venue's word, as its account heard it.",
  });
  setHandler(closePositionUpdate, (command) => keeper.take({ kind: 'close', command })!, {
    validator: (command) => reject(closeFault(command)),
    description: 'Closes the position, all of it.',
  });
  setHandler(protectPositionUpdate, (command) => keeper.take({ kind: 'protect', command })!, {
    validator: (command) => reject(protectFault(command)),
    description: 'Moves its stop, its target or its trailing.',
  });
  setHandler(positionStateQuery, () => keeper.view(), {
    description: 'Everything about this position: size, stop, exits, timeline, trade.',
  });
}

/** Why the venue's account cannot have started this run; whoever did chose its input alone. */
function originFault(input: PositionWorkflowInput, carried: CarriedPosition | undefined): string | undefined {
  const { workflowId, parent, cronSchedule, retryPolicy, continuedFromExecutionRunId } = workflowInfo();
  const ofInput = positionWorkflowId(input, input.symbol);
  if (workflowId !== ofInput) return `It is ${workflowId}, and the position of its input would be ${ofInput}.`;
  const parts: readonly (readonly [isThere: boolean, what: string])[] = [
    [
      carried !== undefined && continuedFromExecutionRunId === undefined,
      'the memory of a former run that it never had',
    ],
    [Boolean(cronSchedule), 'a cron schedule'],
    [retryPolicy !== undefined, 'a retry policy'],
    [parent !== undefined, 'a parent workflow'],
  ];
  const foreign = parts.filter(([isThere]) => isThere).map(([, what]) => what);
  return foreign.length === 0 ? undefined : `It has ${foreign.join(', ')}, and no position is started with that.`;
}

/** @param input any value */
function inputFault(input: unknown): string | undefined {
  if (!isRecord(input)) return `A position's input is none: ${showValue(input)}.`;
  const { symbol, venue, environment, protection, foreign } = input;
  const isNamed = [symbol, venue].every((name) => typeof name === 'string' && name !== '');
  if (!isNamed || !isTradingEnvironment(environment)) return `A position's input lacks its names: ${showValue(input)}.`;
  const hasTerms = isRecord(protection) && (foreign === 'alert' || foreign === 'protect');
  return hasTerms ? undefined : `A position's input lacks its settings: ${showValue(input)}.`;
}
