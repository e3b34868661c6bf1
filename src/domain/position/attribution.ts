import type { CloseReason, Execution } from './types';

/** An exit of ours, by the id that its order has at the venue. */
export interface OwnExit {
  readonly clientOrderId: string;
  readonly reason: CloseReason;
}

/** Our client order ids; see clientOrderIdOf. Whoever places orders beside us has others. */
const OUR_ORDER_ID = /^of[0-9a-f]{30}$/;

/** Whether an order of ours made the execution. */
export function isOurs({ clientOrderId }: Execution): boolean {
  return OUR_ORDER_ID.test(clientOrderId);
}

interface Rule {
  readonly reason: CloseReason;
  readonly kind?: Execution['kind'];
  readonly createTypes?: readonly string[];
  readonly stopOrderTypes?: readonly string[];
}

/** What the venue does of its own accord, before anything else: it may bear an id of ours. */
const BY_THE_VENUE: readonly Rule[] = [
  { reason: 'LIQUIDATION', kind: 'liquidation', createTypes: ['CreateByLiq', 'CreateByTakeOver_PassThrough'] },
  { reason: 'ADL', kind: 'adl', createTypes: ['CreateByAdl_PassThrough'] },
  { reason: 'SETTLED', kind: 'settlement', createTypes: ['CreateBySettle'] },
];

/** By what made the order, in this order. */
const BY_ORDER: readonly Rule[] = [
  {
    reason: 'STOP_LOSS',
    stopOrderTypes: ['StopLoss', 'PartialStopLoss'],
    createTypes: ['CreateByStopLoss', 'CreateByPartialStopLoss'],
  },
  {
    reason: 'TRAILING_STOP',
    stopOrderTypes: ['TrailingStop'],
    createTypes: ['CreateByTrailingProfit', 'CreateByTrailingStop'],
  },
  {
    reason: 'TAKE_PROFIT',
    stopOrderTypes: ['TakeProfit', 'PartialTakeProfit'],
    createTypes: ['CreateByTakeProfit', 'CreateByPartialTakeProfit'],
  },
  { reason: 'MARGIN_RATE', stopOrderTypes: ['MmRateClose'], createTypes: ['CreateByMmRateClose'] },
  { reason: 'MANUAL', createTypes: ['CreateByClosing'] },
];

/**
 * Why an execution closed a position; the first rule that matches counts.
 *
 * @param exits of ours; an order of ours that is none of them was made by a signal
 */
export function closeReasonOf(execution: Execution, exits: readonly OwnExit[]): CloseReason {
  const byVenue = BY_THE_VENUE.find((rule) => matches(rule, execution));
  if (byVenue) return byVenue.reason;
  const exit = exits.find(({ clientOrderId }) => clientOrderId !== '' && clientOrderId === execution.clientOrderId);
  if (exit) return exit.reason;
  if (isOurs(execution)) return 'SIGNAL';
  return BY_ORDER.find((rule) => matches(rule, execution))?.reason ?? 'EXTERNAL';
}

function matches({ kind, createTypes = [], stopOrderTypes = [] }: Rule, execution: Execution): boolean {
  return (
    (kind !== undefined && execution.kind === kind) ||
    createTypes.includes(execution.createType) ||
    stopOrderTypes.includes(execution.stopOrderType)
  );
}
