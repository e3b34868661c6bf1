import { refusalWords } from '../api/present-signal';
import type { EndedBy } from '../domain/order-end';
import { closeReasonWords, readExitStrategy, strategyWords } from '../domain/position/exit-strategy';
import { feeSentence } from '../domain/settlement';
import type { SignalOutcome, SignalState, SignalView } from '../domain/signal-view';
import type { IntakeResult, SignalSummary } from '../intake/types';
import { renderTable } from './table';
import { printable } from '../process/printable';
import { type Style } from './terminal';

/** Time of day in UTC with milliseconds, for lines that lie close together. */
function formatTimeOfDay(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 23);
}

/** Date and time in UTC, to the second. */
function formatTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

function styleOutcome(outcome: string, style: Style): string {
  switch (outcome as SignalOutcome) {
    case 'FILLED':
      return style.good(outcome);
    case 'PARTIALLY_FILLED':
    case 'CANCELLED':
    case 'EXPIRED':
      return style.warning(outcome);
    // MISSING, REJECTED, DENIED, and the denial codes that stand in for DENIED in a list.
    default:
      return style.bad(outcome);
  }
}

const MISSING = 'MISSING' satisfies SignalState;

/** What a person does about an order that the venue does not know (any more): nothing else ends its signal. */
export function settleRemedy(fingerprint: string): string {
  return `look at the venue what became of the order, then run oncefill signal settle ${fingerprint} --filled QUANTITY --price PRICE --reason TEXT, or --nothing in place of --filled and --price`;
}

/** Where a signal stands, or how it ended, in one line. */
function describeState(view: SignalView, style: Style): string {
  if (view.outcome !== undefined) return `${view.state} — ${styleOutcome(view.outcome, style)}`;
  if (view.state === MISSING) return style.bad(MISSING);
  const wait = view.waitUntilMs === undefined ? '' : ` until ${formatTime(view.waitUntilMs)}`;
  return `${view.state}${wait}`;
}

function describeOrder(view: SignalView): string {
  const { order } = view;
  if (!order) return view.sendAttempts === 0 ? 'nothing was sent' : 'sent; not yet known to the venue';
  const price = order.averagePrice === undefined ? '' : ` at ${order.averagePrice}`;
  const { otherFees } = order;
  const fee =
    order.fee === undefined ? '' : `, ${feeSentence({ fee: order.fee, otherFees }, view.reservedAsset ?? '')}`;
  const venueId = !order.venueOrderId ? '' : ` (venue id ${order.venueOrderId})`;
  return `${order.clientOrderId}${venueId}: filled ${order.filledQuantity} of ${order.quantity}${price}${fee}`;
}

function describeRequest(view: SignalView): string {
  const { signal } = view;
  const most = signal.amountMax === undefined ? '' : `, at most ${signal.amountMax}`;
  const amount = signal.amount ?? `amount from free funds${most}`;
  const parts = [amount, describePrice(signal), signal.intent, ...describeProtection(signal)];
  return `${parts.join(', ')}, made ${formatTime(signal.timestampMs)}`;
}

/** What the signal itself says of how its position is guarded. */
function describeProtection(signal: SignalView['signal']): readonly string[] {
  const { stopLoss, stopLossDistance, takeProfit, takeProfitDistance, trailingDistance, maxHoldingSeconds } = signal;
  return [
    ...(stopLoss === undefined ? [] : [`stop ${stopLoss}`]),
    ...(stopLossDistance === undefined ? [] : [`stop ${stopLossDistance} away`]),
    ...(takeProfit === undefined ? [] : [`target ${takeProfit}`]),
    ...(takeProfitDistance === undefined ? [] : [`target ${takeProfitDistance} away`]),
    ...(trailingDistance === undefined ? [] : [`trailing at ${trailingDistance}`]),
    ...(maxHoldingSeconds === undefined ? [] : [`held for at most ${maxHoldingSeconds} s`]),
  ];
}

/** `market`, `limit 60000, POST_ONLY, good for 600 s`. */
function describePrice({ limitPrice, timeInForce, goodForSeconds }: SignalView['signal']): string {
  if (limitPrice === undefined) return 'market';
  const life = goodForSeconds === undefined ? [] : [`good for ${goodForSeconds} s`];
  return [`limit ${limitPrice}`, ...(timeInForce === undefined ? [] : [timeInForce]), ...life].join(', ');
}

const ENDED_BY_WORDS: Readonly<Record<EndedBy, string>> = {
  person: 'a person',
  halt: 'a person, with halt --cancel-orders',
  reduce: 'a person, with reduce --cancel-orders',
  flatten: 'a person, with flatten',
  rule: 'a rule: its position was closed, or a limit of losses reached',
  time_to_live: 'its time to live',
  time_in_force: 'its time in force, at the venue',
  venue: 'the venue',
  elsewhere: 'somebody at the venue itself, or another program',
};

/** Of which position this is an exit. */
function exitFacts({ signal, exitReason }: SignalView): readonly (readonly [string, string])[] {
  const exit = readExitStrategy(signal.strategy);
  if (exit === undefined) return [];
  const why = exitReason === undefined ? '' : ` (${closeReasonWords(exitReason)})`;
  const what = `exit ${exit.round} of the position in ${signal.symbol} of ${formatTime(exit.openedAtMs)}${why}`;
  return [['Closes', what]];
}

/** What an entry does instead that found a position of the other side. */
function oppositeFacts({ closesOpposite, signal }: SignalView): readonly (readonly [string, string])[] {
  if (closesOpposite === undefined) return [];
  const side = signal.direction === 'BUY' ? 'SHORT' : 'LONG';
  return [['Closes', `the ${side} position of ${signal.symbol}, and opens nothing (positions.onOpposite)`]];
}

/** The whole account of one signal: what was asked, where it stands and why, its order, its timeline. */
export function renderSignal(view: SignalView, style: Style): string {
  const { signal } = view;
  const title = `${signal.direction} ${signal.symbol} · ${strategyWords(signal.strategy, view.exitReason)}`;
  const reserved = `${view.reservedAmount ?? ''} ${view.reservedAsset ?? ''}`.trim();
  const facts: readonly (readonly [string, string])[] = [
    ['State', describeState(view, style)],
    ['Why', printable(view.detail)],
    ...(view.endedBy === undefined ? [] : [['Ended by', ENDED_BY_WORDS[view.endedBy]] as const]),
    ...(view.state === MISSING ? [['Do', settleRemedy(view.fingerprint)] as const] : []),
    ...(view.denialCode === undefined ? [] : [['Code', `${view.denialCode} (docs/denial-codes.md)`] as const]),
    ['Asked', describeRequest(view)],
    ...exitFacts(view),
    ...oppositeFacts(view),
    ['Venue', view.venue],
    ...(reserved === '' ? [] : [['Reserved', reserved] as const]),
    ['Order', printable(describeOrder(view))],
    ['Requests', `${view.sendAttempts} to place the order`],
  ];
  const timeline = view.timeline.map((entry) => `  ${formatTimeOfDay(entry.atMs)}  ${printable(entry.text)}`);
  return [
    `${style.bold(printable(title))}  ${style.dim(view.fingerprint)}`,
    ...facts.map(([name, text]) => `${name.padEnd(10)}${text}`),
    'Timeline (UTC)',
    ...timeline,
  ].join('\n');
}

/** One step of a signal that is being followed. */
export function describeChange(view: SignalView): string {
  return `${formatTimeOfDay(view.timeline.at(-1)?.atMs ?? view.signal.timestampMs)}Z  ${view.outcome ?? view.state}  ${printable(view.detail)}`;
}

/** What intake did with a signal, in one sentence. */
export function describeIntake(result: IntakeResult): string {
  switch (result.status) {
    case 'accepted':
      return result.repeated
        ? `Accepted before as ${result.fingerprint}; nothing was sent twice.`
        : `Accepted as ${result.fingerprint}.`;
    case 'duplicate':
      return `Refused: ${printable(result.message)}`;
    case 'refused':
      return `Refused (${result.code}): ${printable(refusalWords(result.message))}`;
  }
}

function describeDuration(summary: SignalSummary): string {
  return summary.endedAtMs === undefined ? '' : `${((summary.endedAtMs - summary.startedAtMs) / 1_000).toFixed(2)} s`;
}

const OUTCOME_COLUMN = 6;

/** Signals as a table, newest first. */
export function renderSignalList(signals: readonly SignalSummary[], minutes: number, style: Style): string {
  if (signals.length === 0) return `No signals in the last ${minutes === 1 ? 'minute' : `${minutes} minutes`}.`;
  const heading = ['TIME (UTC)', 'FINGERPRINT', 'SIDE', 'SYMBOL', 'STRATEGY', 'VENUE', 'OUTCOME', 'TOOK'];
  const rows = signals.map((summary) => [
    formatTime(summary.startedAtMs),
    summary.fingerprint,
    summary.direction,
    summary.symbol,
    printable(strategyWords(summary.strategy, summary.exitReason)),
    summary.venue,
    summary.outcome ?? summary.status,
    describeDuration(summary),
  ]);
  const lines = renderTable([heading, ...rows], (text, row, column) => {
    if (row === 0) return style.dim(text);
    return column === OUTCOME_COLUMN && text !== 'running' ? styleOutcome(text, style) : text;
  });
  const missing = signals.filter(({ outcome }) => outcome === MISSING).map(({ fingerprint }) => fingerprint);
  const remedies = missing.map((fingerprint) => style.bad(`MISSING: ${settleRemedy(fingerprint)}.`));
  return [...lines, ...remedies].join('\n');
}
