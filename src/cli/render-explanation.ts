import type { Attempt, BoundFigure, DoorNote, Explanation, GateReport, GateVerdict } from '../domain/explain/types';
import { limitWords } from '../domain/outcome';
import { sourceFigures, sourceWords } from '../domain/signal-source';
import { printable } from '../process/printable';
import { boundWords } from './bound-names';
import type { Style } from './terminal';

const MARKS: Readonly<Record<GateVerdict, string>> = {
  passed: '●',
  failed: '✕',
  waiting: '◐',
  not_reached: '○',
  not_recorded: '?',
};

const WORDS: Readonly<Record<GateVerdict, string>> = {
  passed: 'passed',
  failed: 'failed',
  waiting: 'waits',
  not_reached: 'not reached',
  not_recorded: 'not recorded',
};

const NAME_WIDTH = 15;
const VERDICT_WIDTH = 14;
/** Under what a gate says. */
const INDENT = ' '.repeat(2 + NAME_WIDTH + VERDICT_WIDTH);

function timeOf(atMs: number): string {
  return Number.isNaN(atMs) ? 'at an unknown time' : `${new Date(atMs).toISOString().slice(0, 23).replace('T', ' ')}Z`;
}

function styled(verdict: GateVerdict, text: string, style: Style): string {
  switch (verdict) {
    case 'passed':
      return style.good(text);
    case 'failed':
      return style.bad(text);
    case 'waiting':
      return style.warning(text);
    default:
      return style.dim(text);
  }
}

/** Why a signal became an order, or none, for people. */
export function renderExplanation(explanation: Explanation, style: Style): string {
  const { fingerprint, status, outcome, code, summary, source, gates, waits, attempts, door } = explanation;
  const end = outcome ?? status;
  const title = `${style.bold(end.toUpperCase())}${code === undefined ? '' : ` (${printable(code)})`}`;
  return [
    `${title}  ${style.dim(fingerprint ?? 'without a fingerprint')}`,
    printable(summary),
    ...(source === undefined ? [] : [`From ${printable([sourceWords(source), ...sourceFigures(source)].join('; '))}.`]),
    '',
    ...gates.flatMap((gate) => gateLines(gate, style)),
    ...section(
      'Waits',
      waits.map(({ sinceMs, untilMs, reason }) => `${timeOf(sinceMs)} until ${timeOf(untilMs)}  ${reason}`),
    ),
    ...section('Requests to place the order', attempts.map(attemptWords)),
    ...section('At the door', door.map(doorWords)),
  ].join('\n');
}

function gateLines(
  { gate, verdict, limit, actual, bounds = [], code, remedy, untilMs }: GateReport,
  style: Style,
): readonly string[] {
  const until = untilMs === undefined ? [] : [`until ${timeOf(untilMs)}`];
  const said = [limit, actual, ...until].filter((text) => text !== undefined).map(printable);
  const head = `${MARKS[verdict]} ${gate.replace('_', ' ').padEnd(NAME_WIDTH)}${WORDS[verdict].padEnd(VERDICT_WIDTH)}`;
  const shownCode = code === undefined ? '' : `${code}: `;
  const line = `${styled(verdict, head, style)}${shownCode}${said.join('; ')}`.trimEnd();
  const failed = verdict === 'failed' ? failedAmong(bounds, code, actual) : [];
  const boundLines = bounds.map((bound) => boundLine(bound, failed.includes(bound)));
  return [line, ...boundLines, ...(remedy === undefined ? [] : [`${INDENT}→ ${remedy}`])];
}

/** The bounds that refused: of several with one code, such as entries a minute and a day, the gate's own words name which. */
function failedAmong(
  bounds: readonly BoundFigure[],
  failedCode: string | undefined,
  said = '',
): readonly BoundFigure[] {
  const alike = bounds.filter(([code]) => code === failedCode);
  const named = alike.filter(([, , , of]) => of?.split(' ').every((word) => said.includes(word)) ?? false);
  return named.length > 0 ? named : alike.filter(([, , , of]) => of === undefined);
}

/** What it found before this order, and what it allows. Others may have come between its plan and the refusal. */
function boundLine([code, limit, value, of]: BoundFigure, isFailed: boolean): string {
  const words = boundWords({ code, limit, value, of });
  return printable(`${INDENT}${isFailed ? `${MARKS.failed} ${words}, when the order was planned` : words}`);
}

function section(name: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', name, ...lines.map((line) => `  ${printable(line)}`)];
}

function attemptWords({ atMs, kind, venueCode, httpStatus, limits, message }: Attempt): string {
  const codes = [venueCode, httpStatus === undefined ? undefined : `HTTP ${httpStatus}`].filter(Boolean).join(', ');
  const left = limits === undefined ? '' : limitWords(limits);
  return `${timeOf(atMs)}  ${kind}${codes === '' ? '' : ` (${codes})`}: ${message}${left === '' ? '' : ` (${left})`}`;
}

/** One note of the door in a line. */
export function doorWords(note: DoorNote): string {
  const { atMs, kind, code, message, fingerprint, symbol, direction, strategy, source, count } = note;
  const what = [direction, symbol, strategy && `· ${strategy}`, fingerprint].filter(Boolean).join(' ');
  const often = count === 1 ? '' : ` (${count} times)`;
  const from = source === undefined ? '' : ` from ${source}`;
  return `${timeOf(atMs)}  ${kind}${code === undefined ? '' : ` ${code}`}${often}${from}  ${what}: ${message}`;
}
