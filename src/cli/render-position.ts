import type { PositionView } from '../messages/position';
import type { ListedPosition } from '../positions/position-workflows';
import { printable } from '../process/printable';
import { describeTrade } from './render-trades';
import { renderTable } from './table';
import type { Style } from './terminal';

const HEADING = ['SYMBOL', 'SIDE', 'SIZE', 'ENTRY', 'MARK', 'STOP', 'TARGET', 'PROFIT', 'STATE', 'CLOSES'];

function timeOf(atMs: number | undefined): string {
  return atMs === undefined ? '' : `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}

function rowOf(position: ListedPosition): readonly string[] {
  if (!position.view) return [printable(position.symbol), '', '', '', '', '', '', '', 'does not answer'];
  const { symbol, row, side, state, closesAtMs } = position.view;
  return [
    symbol,
    row?.side ?? side ?? '',
    row?.size ?? '0',
    row?.entryPrice ?? '',
    row?.markPrice ?? '',
    row?.stopLoss ?? '-',
    row?.takeProfit ?? '-',
    row?.unrealisedProfit ?? '',
    state,
    timeOf(closesAtMs),
  ];
}

/** A line per open position. */
export function renderPositions(listed: readonly ListedPosition[], style: Style): string {
  if (listed.length === 0) return 'No position is open.';
  return renderTable([HEADING, ...listed.map(rowOf)], (text, row, column) => {
    if (row === 0) return style.dim(text);
    const isNaked = listed[row - 1]?.view?.state === 'UNPROTECTED';
    return isNaked && (column === 5 || column === 8) ? style.bad(text) : text;
  }).join('\n');
}

/** All that is known of one position. */
export function renderPosition(view: PositionView, style: Style): string {
  const { row } = view;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['state', view.state],
    ['position', row && `${row.side} ${row.size} at ${row.entryPrice}, worth ${row.value}`],
    ['mark price', row?.markPrice],
    ['stop', describeStop(view)],
    ['target', row?.takeProfit],
    ['trailing', row?.trailingDistance && `${row.trailingDistance} behind the price`],
    ['liquidation', row?.liquidationPrice],
    ['open profit', row?.unrealisedProfit],
    ['closes', view.closesAtMs === undefined ? undefined : `${timeOf(view.closesAtMs)}, by its time`],
    ['opened by', openersOf(view)],
    ['marks', view.marks.join(', ')],
    [
      'exits',
      view.exitRounds === 0 ? undefined : `${view.exitRounds}, ${view.exitReason ?? ''} ${view.exitFingerprint ?? ''}`,
    ],
    ['result', view.trade && describeTrade(view.trade)],
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

function describeStop({ row, stopSource, unprotectedSinceMs }: PositionView): string | undefined {
  if (row === undefined) return undefined;
  if (row.stopLoss === undefined) {
    return unprotectedSinceMs === undefined ? 'none, as far as is known' : `NONE since ${timeOf(unprotectedSinceMs)}`;
  }
  const source = { attached: 'it came with the entry', set: 'set by oncefill', venue: 'set at the exchange' };
  return `${row.stopLoss}${stopSource === undefined ? '' : `, ${source[stopSource]}`}`;
}

function openersOf({ openers }: PositionView): string {
  return openers
    .map(({ fingerprint, strategy }) => `${fingerprint}${strategy === undefined ? '' : ` (${strategy})`}`)
    .join(', ');
}
