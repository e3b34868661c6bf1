import { DENIAL_CODES } from '../domain/denial';
import { isRecord } from '../domain/plain-values';
import { SIGNAL_OUTCOMES, type SignalView } from '../domain/signal-view';
import type { SignalWorkflowInput } from '../messages/signal';
import { HistoryFormatError } from '../temporal/recorded-events';
import { readSignalView, type StoredSignalView } from './stored-view';

/*
 * A history may be anybody's: a file, or that of a workflow which somebody started by hand.
 */

/** @throws HistoryFormatError where no signal's workflow was started with this */
export function readInput(input: unknown): SignalWorkflowInput {
  const signal = isRecord(input) ? input['signal'] : undefined;
  if (
    !isRecord(input) ||
    !isRecord(signal) ||
    ![input['fingerprint'], input['venue']].every(isText) ||
    !['symbol', 'direction', 'strategy', 'intent'].every((name) => isText(signal[name])) ||
    !Number.isSafeInteger(signal['timestampMs'])
  ) {
    throw new HistoryFormatError('What it was started with is no signal.');
  }
  return input as unknown as SignalWorkflowInput;
}

/**
 * @param result of the workflow; undefined: it has none
 * @throws HistoryFormatError where it is no account of a signal, or of a later release
 */
export function readView(result: unknown): SignalView | undefined {
  if (result === undefined) return undefined;
  if (!isRecord(result)) throw new HistoryFormatError('It ended with no account of a signal.');
  const view = readSignalView(result as unknown as StoredSignalView);
  const { outcome, denialCode, detail, signal } = view;
  if (!isText(detail) || !isRecord(signal) || outcome === undefined)
    throw new HistoryFormatError('It ended with no account of a signal.');
  if (!SIGNAL_OUTCOMES.includes(outcome)) throw unknownWord('outcome', outcome);
  if (denialCode !== undefined && !DENIAL_CODES.includes(denialCode)) throw unknownWord('denial code', denialCode);
  return view;
}

function unknownWord(what: string, value: unknown): HistoryFormatError {
  return new HistoryFormatError(
    `It ended with the ${what} ${JSON.stringify(value)}, which this release does not know: explain it with the release that made it.`,
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/**
 * Reads a history, or explains by one. What its activities answered is taken for what ours answer, and is looked at nowhere else.
 *
 * @throws HistoryFormatError also where something in it is of another kind than a signal writes
 */
export async function readingHistory<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    const isOfContent = error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
    if (!isOfContent) throw error;
    throw new HistoryFormatError('It holds what no signal of this or an older release has written.', { cause: error });
  }
}
