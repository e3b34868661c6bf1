import { styleText } from 'node:util';

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

/**
 * Replaces what could move a terminal's cursor or change its colours: texts from signals and venues are shown, not obeyed.
 * Includes the C1 controls (U+0080 to U+009F) and the marks that reverse the writing direction.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '\uFFFD');
}

export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printErrorLine(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Exact JSON for programs, one document per command. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** Leaves quietly when the reader of our output went away, as in `oncefill signal list | head`. */
export function exitOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
