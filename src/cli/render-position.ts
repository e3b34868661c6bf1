import { closeReasonWords } from '../domain/position/exit-strategy';
import type { PositionView } from '../messages/position';
import type { ListedPosition } from '../positions/position-workflows';
import { printable } from '../process/printable';
import { figure, gainBetween, money } from './figures';
import { describeTrade } from './render-trades';
import { renderTable } from './table';
import type { Style } from './terminal';

const STOP_COLUMN = 5;
const STATE_COLUMN = 9;

function headingOf(settleAsset: string): readonly string[] {
  const ofMoney = ['PROFIT', 'AT STOP'].map((name) => `${name} ${settleAsset}`);
  return ['SYMBOL', 'SIDE', 'SIZE', 'ENTRY', 'MARK', 'STOP', 'TARGET', ...ofMoney, 'STATE', 'CLOSES'];
}

function timeOf(atMs: number | undefined): string {
  return atMs === undefined ? '' : `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}

function stopCells({ row, stop }: PositionView): readonly [stop: string, atStop: string] {
  if (!row || !stop) return ['-', ''];
  const follows = stop.isEstimated ? '~' : '';
  return [
    `${follows}${figure(stop.price)}`,
    `${follows}${money(gainBetween(row.side, row.size, row.entryPrice, stop.price))}`,
  ];
}

function rowOf(position: ListedPosition): readonly string[] {
  if (!position.view) return [printable(position.symbol), '', '', '', '', '', '', '', '', 'does not answer'];
  const { symbol, row, side, state, marks, closesAtMs } = position.view;
  const [stop, atStop] = stopCells(position.view);
  return [
    symbol,
    row?.side ?? side ?? '',
    figure(row?.size ?? '0'),
    figure(row?.entryPrice ?? ''),
    figure(row?.markPrice ?? ''),
    stop,
    figure(row?.takeProfit ?? '-'),
    money(row?.unrealisedProfit ?? ''),
    atStop,
    marks.includes('foreign') ? `${state}, foreign` : state,
    timeOf(closesAtMs),
  ];
}

/** A line per open position, and what the figures are. */
export function renderPositions(listed: readonly ListedPosition[], settleAsset: string, style: Style): string {
  if (listed.length === 0) return 'No position is open.';
  const lines = renderTable([headingOf(settleAsset), ...listed.map(rowOf)], (text, row, column) => {
    if (row === 0) return style.dim(text);
    const isNaked = listed[row - 1]?.view?.state === 'UNPROTECTED';
    return isNaked && (column === STOP_COLUMN || column === STATE_COLUMN) ? style.bad(text) : text;
  });
  const notes = [
    `Prices are in ${settleAsset}; profit, and what is left of it at the stop, before fees and funding.`,
    ...(listed.some(({ view }) => view?.row && view.stop?.isEstimated)
      ? ['~: a stop that follows the price, there or nearer.']
      : []),
    ...(listed.some(({ view }) => view?.marks.includes('foreign')) ? ['foreign: nobody here opened it.'] : []),
  ];
  const reasons = listed.flatMap(({ view }) => (view?.stateReason ? [`${view.symbol}: ${view.stateReason}`] : []));
  return [...lines, ...reasons.map(printable), style.dim(notes.join(' '))].join('\n');
}

/** All that is known of one position. */
export function renderPosition(view: PositionView, settleAsset: string, style: Style): string {
  const { row } = view;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['state', view.state],
    ['why', view.stateReason],
    [
      'position',
      row && `${row.side} ${figure(row.size)} at ${figure(row.entryPrice)}, worth ${money(row.value)} ${settleAsset}`,
    ],
    ['mark price', row && figure(row.markPrice)],
    ['stop', describeStop(view)],
    ['at the stop', describeAtStop(view, settleAsset)],
    ['target', row?.takeProfit && figure(row.takeProfit)],
    ['trailing', describeTrailing(view)],
    ['liquidation', row?.liquidationPrice && figure(row.liquidationPrice)],
    ['open profit', row?.unrealisedProfit && `${money(row.unrealisedProfit)} ${settleAsset}, before fees and funding`],
    ['closed', view.trade && `${timeOf(view.trade.closedAtMs)} by ${view.trade.reason}`],
    ['closes', row && view.closesAtMs !== undefined ? `${timeOf(view.closesAtMs)}, by its time` : undefined],
    ['opened by', openersOf(view)],
    ['marks', view.marks.map((mark) => (mark === 'foreign' ? 'foreign: nobody here opened it' : mark)).join(', ')],
    ['exits', describeExits(view)],
    ['result', view.trade && describeTrade(view.trade, settleAsset)],
    ['reported', timeOf(view.reportedAtMs)],
  ];
  const shown = facts.filter(([, text]) => text !== undefined && text !== '');
  const width = Math.max(...shown.map(([name]) => name.length));
  const lines = shown.map(([name, text]) => `${style.dim(name.padEnd(width))}  ${printable(text ?? '')}`);
  const events = view.timeline.map(
    ({ atMs, text }) => `  ${new Date(atMs).toISOString().slice(11, 19)}  ${printable(text)}`,
  );
  return [style.bold(`${view.symbol} at ${printable(view.venue)}`), ...lines, '', ...events].join('\n');
}

function describeStop({ row, stopSource, unprotectedSinceMs, marks }: PositionView): string | undefined {
  if (row === undefined) return undefined;
  if (row.stopLoss === undefined) {
    if (row.trailingDistance !== undefined) return 'the one that follows the price';
    if (unprotectedSinceMs !== undefined) return `NONE since ${timeOf(unprotectedSinceMs)}`;
    return marks.includes('foreign') ? 'NONE; it never had one, as far as is known' : 'NONE';
  }
  const source = { attached: 'it came with the entry', set: 'set by oncefill', venue: 'set at the exchange' };
  return `${figure(row.stopLoss)}${stopSource === undefined ? '' : `, ${source[stopSource]}`}`;
}

function describeAtStop({ row, stop }: PositionView, settleAsset: string): string | undefined {
  if (row === undefined || stop === undefined) return undefined;
  const gain = gainBetween(row.side, row.size, row.entryPrice, stop.price);
  return `${stop.isEstimated ? 'about ' : ''}${money(gain)} ${settleAsset}, before fees and funding`;
}

function describeTrailing({ row, stop }: PositionView): string | undefined {
  if (row?.trailingDistance === undefined) return undefined;
  const now = stop?.isEstimated ? `, now at ~${figure(stop.price)} or nearer` : '';
  return `${figure(row.trailingDistance)} behind the price${now}`;
}

function describeExits({ exitRounds, exitReason, exitFingerprint, trade }: PositionView): string | undefined {
  if (exitRounds === 0) return undefined;
  const why = exitReason ?? trade?.reason;
  const parts = [String(exitRounds), ...(why === undefined ? [] : [closeReasonWords(why)])];
  return [parts.join(', '), ...(exitFingerprint === undefined ? [] : [`(${exitFingerprint})`])].join(' ');
}

function openersOf({ openers }: PositionView): string {
  return openers
    .map(({ fingerprint, strategy }) => `${fingerprint}${strategy === undefined ? '' : ` (${strategy})`}`)
    .join(', ');
}
