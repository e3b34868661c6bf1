import type { TradingVenue } from '../../domain/trading-venue';
import type { AdmittedSignal } from '../signal-starter';

/*
 * Lines of JSON through a Unix socket. The API greets, the engine welcomes it or says why not; then every request has a number,
 * and its answer has it too, in any order. While requests wait, the engine sends empty lines: whoever is silent is stuck.
 */

/** To be raised with any change of what the lines mean: two that do not speak the same hand nothing over. */
export const HAND_OVER_PROTOCOL = 1;
/** A signal has less than a thousand characters; a longer line ends the connection. */
export const LINE_CHARACTERS_MAX = 8_192;
/** Requests that wait for their answers, of one connection; as many as the API hands in at once. */
export const REQUESTS_WAITING_MAX = 256;
/** How often the engine says that it is there, while requests wait. */
export const SIGN_OF_LIFE_MS = 200;
/** The engine answers each request within this, with what it knows by then. */
export const REPLY_MAX_MS = 8_000;
/** For an answer the API waits longer than the engine takes at its worst, and an HTTP request takes longer still. */
export const ANSWER_MAX_MS = REPLY_MAX_MS + 2_000;

/** Whose signals are handed over. What differs in any of it hands nothing over. */
export interface Greeting extends TradingVenue {
  readonly protocol: number;
  readonly namespace: string;
}

export type Welcome = { readonly welcome: true } | { readonly welcome: false; readonly why: string };

export interface StartRequest extends AdmittedSignal {
  readonly id: number;
}

export type StartReply =
  /** It was started now, as this run, or, without one, the server had it before. */
  | { readonly status: 'known'; readonly runId?: string }
  /** The API is to start it: the engine did not (`returned`), or cannot tell whether it did (`unknown`). */
  | {
      readonly status: 'returned' | 'unknown';
      /** The engine's way to the server is of no use now: it is not to be asked again soon. */
      readonly isAtFault?: true;
    };

export type StartAnswer = StartReply & { readonly id: number };

/** @returns undefined for what is no JSON object */
export function parseLine(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** In what two greetings differ, a sentence; undefined: in nothing. */
export function differenceOf(ours: Greeting, theirs: Readonly<Record<string, unknown>>): string | undefined {
  for (const name of ['protocol', 'environment', 'venue', 'namespace'] as const) {
    if (theirs[name] !== ours[name]) return `the engine of this data folder has another ${name}`;
  }
  return undefined;
}

/** @returns undefined for what is no answer: nothing of it is to be used */
export function readAnswer(message: Readonly<Record<string, unknown>>): StartAnswer | undefined {
  const { id, status, runId, isAtFault } = message;
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) return undefined;
  if (status === 'known') {
    if (runId === undefined) return { id, status };
    return typeof runId === 'string' && runId !== '' ? { id, status, runId } : undefined;
  }
  if (status !== 'returned' && status !== 'unknown') return undefined;
  if (isAtFault === undefined) return { id, status };
  return isAtFault === true ? { id, status, isAtFault } : undefined;
}
