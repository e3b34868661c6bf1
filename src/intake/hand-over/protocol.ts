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
  /** The API would hear the same by itself, only later. */
  | { readonly status: 'failed'; readonly code: 'SERVER_UNAVAILABLE' | 'OTHER_STORE'; readonly message: string }
  /** Nothing is known of it: the API is to start it. */
  | { readonly status: 'returned' };

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
