import { styleText } from 'node:util';
import { printableLines } from '../process/printable';
import { redact } from '../secrets/known-secrets';

/** How a command writes for people: with colours on a terminal, plain everywhere else. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  warning(text: string): string;
  bad(text: string): string;
}

type TextFormat = Parameters<typeof styleText>[0];

function paint(format: TextFormat): (text: string) => string {
  // Whether to colour is decided in styleFor, for the stream that is written to; Node would look at stdout.
  return (text) => styleText(format, text, { validateStream: false });
}

const COLOURED: Style = {
  bold: paint('bold'),
  dim: paint('dim'),
  good: paint('green'),
  warning: paint('yellow'),
  bad: paint('red'),
};

const identity = (text: string): string => text;

/** No colours: for pipes, files, NO_COLOR and tests. */
export const PLAIN: Style = { bold: identity, dim: identity, good: identity, warning: identity, bad: identity };

/** Colours only where a terminal shows them and nobody refused them (https://no-color.org). */
export function styleFor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv = process.env): Style {
  const refused = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return stream.isTTY && !refused ? COLOURED : PLAIN;
}

const ESCAPE = '\u001B';
/** The codes that `Style` writes; of the codes in a text they are the only ones that a terminal gets. */
const OWN_CODE = new RegExp(`(${ESCAPE}\\[(?:1|2|22|31|32|33|39)m)`);

/**
 * The last step before a terminal: no secret that this process knows, and nothing that a terminal obeys except the
 * colours of a style, on a terminal that gets them. Line breaks stay.
 */
export function forTerminal(text: string, isColoured: boolean): string {
  const clean = redact(text);
  if (!isColoured) return printableLines(clean);
  // Split by a pattern in parentheses, every second piece is a code.
  const pieces = clean.split(OWN_CODE);
  return pieces.map((piece, index) => (index % 2 === 1 ? piece : printableLines(piece))).join('');
}

export function printLine(text: string): void {
  process.stdout.write(`${forTerminal(text, styleFor(process.stdout) !== PLAIN)}\n`);
}

export function printErrorLine(text: string): void {
  writeError(`${text}\n`);
}

/** As printErrorLine, for a text that brings its own line breaks. */
export function writeError(text: string): void {
  process.stderr.write(forTerminal(text, styleFor(process.stderr) !== PLAIN));
}

/** Exact JSON for programs, one document per command. What a terminal would obey is escaped. */
export function printJson(value: unknown): void {
  printJsonText(JSON.stringify(value, undefined, 2));
}

/** One document on one line. @param text JSON */
export function printJsonLine(text: string): void {
  printJsonText(text);
}

function printJsonText(text: string): void {
  const escaped = redact(text).replaceAll(
    /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  process.stdout.write(`${escaped}\n`);
}
