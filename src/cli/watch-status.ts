import { setTimeout as sleep } from 'node:timers/promises';
import type { ExitCode } from '../process/exit-codes';
import { forTerminal, printLine } from './terminal';

const WATCH_INTERVAL_MS = 2_000;
const HOME = '\u001B[H';
const CLEAR = '\u001B[2J';
const TO_LINE_END = '\u001B[K';
const TO_SCREEN_END = '\u001B[J';

/** One reading: what to show, and the code that it would end with. */
export interface Reading {
  readonly text: string;
  readonly exitCode: ExitCode;
}

/**
 * A frame drawn over the one before: every line is written over its predecessor, and nothing is cleared first, so that nothing
 * flickers.
 */
export function frameOf(text: string, isColoured: boolean): string {
  const lines = forTerminal(text, isColoured).split('\n');
  return `${HOME}${lines.map((line) => `${line}${TO_LINE_END}\n`).join('')}${TO_SCREEN_END}`;
}

/**
 * Reads and shows again and again, until Ctrl-C: over itself on a terminal, one after the other elsewhere.
 *
 * @returns the exit code of the last reading
 */
export async function watch(
  read: () => Promise<Reading>,
  { isTerminal, isColoured }: { readonly isTerminal: boolean; readonly isColoured: boolean },
  ending: AbortSignal,
): Promise<ExitCode> {
  let isFirst = true;
  for (;;) {
    const { text, exitCode } = await read();
    if (isTerminal) process.stdout.write(`${isFirst ? CLEAR : ''}${frameOf(text, isColoured)}`);
    else printLine(text);
    isFirst = false;
    await sleep(WATCH_INTERVAL_MS, undefined, { signal: ending }).catch(() => undefined);
    if (ending.aborted) return exitCode;
  }
}
