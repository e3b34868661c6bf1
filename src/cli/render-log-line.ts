import type { LogLine } from '../observability/log-line';
import { printable } from '../process/printable';
import type { Style } from './terminal';

/** Fields that have a place of their own in the line. */
const PLACED = new Set(['level', 'time', 'component', 'pid', 'message', 'error', 'aboutLog', 'hostname']);
const LEVEL_WIDTH = 5;
const COMPONENT_WIDTH = 14;

/**
 * A line of a log for people: time (UTC), level, part, words, then all other fields; an error's stack below. Nothing of the line is
 * left out but the process id and what is beyond its largest size, which is said.
 */
export function renderLogLine({ text, cutBytes, fields }: LogLine, style: Style): string {
  const cut = cutBytes > 0 ? ` … (${cutBytes} more bytes)` : '';
  if (fields === undefined) return `${printable(text)}${cut}`;
  const level = wordOf(fields['level']).toUpperCase().padEnd(LEVEL_WIDTH);
  const others = Object.entries(fields)
    .filter(([name, value]) => !PLACED.has(name) && value !== undefined)
    .map(([name, value]) => `${name}=${wordOf(value)}`);
  const { said, stack } = describeError(fields['error']);
  const words = [wordOf(fields['message']), ...(said === '' ? [] : [`(${said})`]), ...others].filter(Boolean).join(' ');
  const head = [
    style.dim(wordOf(fields['time']).replace('T', ' ').replace('Z', '')),
    colour(level, style),
    wordOf(fields['component'] ?? 'log').padEnd(COMPONENT_WIDTH),
  ];
  return [[...head.map((part) => part), printable(words)].join('  '), ...stack.map((line) => `    ${line}`)].join('\n');
}

function colour(level: string, style: Style): string {
  const name = level.trim();
  if (name === 'ERROR' || name === 'FATAL') return style.bad(level);
  return name === 'WARN' ? style.warning(level) : level;
}

/** A value on one line: text as it is, all else as JSON. */
function wordOf(value: unknown): string {
  if (value === undefined) return '';
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}

function describeError(error: unknown): { readonly said: string; readonly stack: readonly string[] } {
  if (error === undefined) return { said: '', stack: [] };
  if (typeof error !== 'object' || error === null) return { said: wordOf(error), stack: [] };
  const { type, message, stack, ...others } = error as Readonly<Record<string, unknown>>;
  const rest = Object.keys(others).length === 0 ? [] : [JSON.stringify(others)];
  const said = [type, message]
    .filter((part) => part !== undefined)
    .map(wordOf)
    .join(': ');
  const lines = typeof stack === 'string' ? stack.split('\n').slice(1) : [];
  return { said: [said, ...rest].join(' '), stack: lines.map((line) => printable(line.trim())) };
}
