import { NO_STRATEGY } from '../api/present-position';
import { sumOfTrades, sumsBy, type TradeSum } from '../domain/position/trade-sums';
import type { ClosedTrade } from '../domain/position/types';
import type { TradeList } from '../positions/position-workflows';
import { printable } from '../process/printable';
import { figure, money } from './figures';
import { renderTable } from './table';
import type { Style } from './terminal';

/** Trades that are listed for people; of more, the newest. */
const SHOWN_MAX = 50;
/** Symbols that are named in one line. */
const NAMED_MAX = 10;

function moneyHeading(settleAsset: string): readonly string[] {
  return ['GROSS', 'FEES', 'FUNDING', 'NET'].map((name) => `${name} ${settleAsset}`);
}

function headingOf(settleAsset: string): readonly string[] {
  const names = ['CLOSED (UTC)', 'SYMBOL', 'SIDE', 'QUANTITY', 'ENTRY', 'EXIT', 'WHY'];
  return [...names, ...moneyHeading(settleAsset), 'HELD'];
}

/** `12 s`, `4 min`, `3 h`, `2 days`. */
export function describeSpan(spanMs: number): string {
  const seconds = Math.round(spanMs / 1_000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** One trade in one line. */
export function describeTrade(trade: ClosedTrade, settleAsset: string): string {
  const { side, quantity, entryPrice, exitPrice, reason, gross, fees, funding, net } = trade;
  const doubt = trade.isProven ? '' : ', estimated';
  const sums = `net ${money(net)} ${settleAsset} = gross ${money(gross)} - fees ${money(fees)} + funding ${money(funding)}`;
  return `${side} ${figure(quantity)} from ${figure(entryPrice)} to ${figure(exitPrice)} (${reason}): ${sums}${doubt}`;
}

function rowOf(trade: ClosedTrade): readonly string[] {
  return [
    `${new Date(trade.closedAtMs).toISOString().slice(5, 19).replace('T', ' ')}`,
    printable(trade.symbol),
    trade.side,
    figure(trade.quantity),
    figure(trade.entryPrice),
    figure(trade.exitPrice),
    trade.reason,
    money(trade.gross),
    money(trade.fees),
    money(trade.funding),
    `${money(trade.net)}${trade.isProven ? '' : ' ~'}`,
    describeSpan(trade.closedAtMs - trade.openedAtMs),
  ];
}

function sumRows(trades: readonly ClosedTrade[], settleAsset: string): readonly (readonly string[])[] {
  const row = (name: string, sum: TradeSum): readonly string[] => [
    printable(name),
    String(sum.trades),
    String(sum.won),
    money(sum.gross),
    money(sum.fees),
    money(sum.funding),
    money(sum.net),
  ];
  return [
    ['', 'TRADES', 'WON', ...moneyHeading(settleAsset)],
    ...sumsBy(trades, ({ symbol }) => symbol).map(([name, sum]) => row(name, sum)),
    ...sumsBy(trades, ({ strategy }) => strategy ?? NO_STRATEGY).map(([name, sum]) => row(`by ${name}`, sum)),
    row('all', sumOfTrades(trades)),
  ];
}

function describeUntold(symbols: readonly string[]): readonly string[] {
  if (symbols.length === 0) return [];
  const named = [...new Set(symbols)];
  const others = named.length > NAMED_MAX ? ` and ${named.length - NAMED_MAX} more` : '';
  const names = `${named.slice(0, NAMED_MAX).map(printable).join(', ')}${others}`;
  const what =
    symbols.length === 1
      ? 'position has no result: its workflow was'
      : 'positions have no result: their workflows were';
  return [`${symbols.length} ${what} ended by hand (${names}). Look at the exchange for what came of it.`];
}

/** The list for people: the newest trades, and the sums of all. */
export function renderTrades(
  { trades, untold, isCut }: TradeList,
  { days, settleAsset }: { readonly days: number; readonly settleAsset: string },
  style: Style,
): string {
  const untoldWords = describeUntold(untold);
  const span = days === 1 ? 'day' : `${days} days`;
  if (trades.length === 0) return [`No position was closed in the last ${span}.`, ...untoldWords].join('\n');
  const shown = trades.slice(-SHOWN_MAX);
  const dimHeading = (text: string, row: number): string => (row === 0 ? style.dim(text) : text);
  return [
    ...renderTable([headingOf(settleAsset), ...shown.map(rowOf)], dimHeading),
    ...(shown.length < trades.length
      ? [`and ${trades.length - shown.length} older ones (--csv and --json tell all)`]
      : []),
    '',
    ...renderTable(sumRows(trades, settleAsset), dimHeading),
    ...(trades.every(({ isProven }) => isProven)
      ? []
      : ['~: estimated; the money log of the exchange did not tell in time.']),
    ...(isCut ? ['There are more, older trades; the sums lack them.'] : []),
    ...untoldWords,
  ].join('\n');
}

const CSV_COLUMNS = [
  'closed_at',
  'opened_at',
  'symbol',
  'side',
  'strategy',
  'quantity',
  'entry_price',
  'exit_price',
  'reason',
  'gross',
  'fees',
  'funding',
  'net',
  'held_seconds',
  'is_proven',
  'opened_by',
];

/** As in RFC 4180, with a heading, lines ending as a terminal's do; what a spreadsheet would take for a formula is kept as text. */
export function tradesAsCsv(trades: readonly ClosedTrade[]): string {
  const rows = trades.map((trade) => [
    new Date(trade.closedAtMs).toISOString(),
    new Date(trade.openedAtMs).toISOString(),
    trade.symbol,
    trade.side,
    trade.strategy ?? '',
    trade.quantity,
    trade.entryPrice,
    trade.exitPrice,
    trade.reason,
    trade.gross,
    trade.fees,
    trade.funding,
    trade.net,
    String(Math.round((trade.closedAtMs - trade.openedAtMs) / 1_000)),
    String(trade.isProven),
    trade.openedBy.join(' '),
  ]);
  return [CSV_COLUMNS, ...rows].map((row) => row.map(csvCell).join(',')).join('\n');
}

/** Figures may begin with a minus; any other text that begins like a formula gets an apostrophe. */
function csvCell(text: string): string {
  const isFormula = /^[=+@\t\r]/.test(text) || (text.startsWith('-') && !/^-\d+(\.\d+)?$/.test(text));
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
