import type { AccountReport, Answered } from '../domain/preflight/facts';
import { nameSymbols, type Severity } from '../domain/preflight/finding';
import { printable } from '../process/printable';
import type { VenueCheck } from './ask-venue';
import { renderTable } from './table';
import type { Style } from './terminal';
import type { VenueVerdict } from './venue-check';

/** Different shapes, not only colours. */
const MARKS: Readonly<Record<Severity, string>> = { refuse: '✕', stop: '■', warn: '▲', note: '·' };
const EFFECTS: Readonly<Record<Severity, string>> = {
  refuse: 'refuses the start',
  stop: 'stops entries',
  warn: 'warning',
  note: 'note',
};
const SUMMARIES: Readonly<Record<VenueVerdict, string>> = {
  well: 'All is well.',
  warned: 'It can be traded.',
  stopped: 'Entries that are named here would not be sent, exits would.',
  refused: 'A start would be refused.',
};

/** What the venue tells, a line each; then what follows from it; then the verdict. */
export function renderVenueCheck(
  { venue, environment, report, findings }: VenueCheck,
  verdict: VenueVerdict,
  style: Style,
): string {
  const facts = renderTable(
    [['', `${venue} (${environment})`], ...factsOf(report).map(([what, found]) => [what, printable(found)])],
    (text, row, column) => (row === 0 || column === 0 ? style.dim(text) : text),
  );
  const paint: Readonly<Record<Severity, (text: string) => string>> = {
    refuse: (text) => style.bad(text),
    stop: (text) => style.bad(text),
    warn: (text) => style.warning(text),
    note: (text) => style.dim(text),
  };
  const lines = findings.map(
    ({ severity, sentence }) => `${paint[severity](`${MARKS[severity]} ${EFFECTS[severity]}:`)} ${printable(sentence)}`,
  );
  return [...facts, '', ...lines, ...(lines.length > 0 ? [''] : []), SUMMARIES[verdict]].join('\n');
}

function factsOf(report: AccountReport): readonly (readonly [string, string])[] {
  return [
    ['key', say(report.key, keyWords)],
    ['account', say(report.account, ({ kind, marginMode }) => `${kind}, ${marginMode} margin`)],
    ['position mode', symbolWords(report, ({ positionMode }) => positionMode.replace('_', '-'))],
    ['leverage', symbolWords(report, ({ positions }) => positions[0]?.leverage ?? 'not told')],
    ['taker, maker fee', say(report.fees, feeWords)],
    ['fees are paid in', say(report.habits, ({ feeAsset }) => feeAsset ?? 'the settle asset')],
    ['symbols', say(report.tradable, (symbols) => `${symbols.length} may be traded`)],
    [
      'maintenance',
      say(report.maintenance, (times) => (times.length === 0 ? 'none is planned' : `${times.length} planned`)),
    ],
  ];
}

function say<Facts>(answer: Answered<Facts>, inWords: (facts: Facts) => string): string {
  if (answer.status === 'known') return inWords(answer.facts);
  return answer.status === 'not_offered' ? 'not told in this environment' : `not read: ${answer.message}`;
}

function keyWords(facts: Extract<AccountReport['key'], { status: 'known' }>['facts']): string {
  const rights = [
    facts.isReadOnly ? 'reads only' : facts.mayOrder ? 'trades' : 'does not trade',
    facts.mayWithdraw ? 'withdraws' : 'does not withdraw',
    facts.mayTransfer ? 'transfers' : 'does not transfer',
    facts.isBoundToAddress ? 'bound to addresses' : 'good from everywhere',
    facts.endsAtMs === undefined ? 'does not end' : `ends ${new Date(facts.endsAtMs).toISOString()}`,
  ];
  return `of account ${facts.accountId}${facts.isMainAccount ? ' (main account)' : ''}: ${rights.join(', ')}`;
}

function feeWords(fees: Extract<AccountReport['fees'], { status: 'known' }>['facts']): string {
  return grouped(Object.entries(fees).map(([symbol, { taker, maker }]) => [symbol, `${taker}, ${maker}`]));
}

type Known = Extract<AccountReport['symbols'][string], { status: 'known' }>['facts'];

function symbolWords({ symbols }: AccountReport, inWords: (facts: Known) => string): string {
  return grouped(Object.entries(symbols).map(([symbol, answer]) => [symbol, say(answer, inWords)]));
}

/** What is the same for all is said once. */
function grouped(rows: readonly (readonly [symbol: string, value: string])[]): string {
  const symbolsOf = new Map<string, string[]>();
  for (const [symbol, value] of rows) symbolsOf.set(value, [...(symbolsOf.get(value) ?? []), symbol]);
  const groups = [...symbolsOf];
  const [only] = groups;
  if (only !== undefined && groups.length === 1) return only[0];
  return groups.map(([value, symbols]) => `${value} (${nameSymbols(symbols)})`).join('; ') || 'none';
}
