import { withoutGrpcWords } from '../net/grpc-words';
import type { CandleStreamHeartbeat, ModelHeartbeat, StreamHeartbeat } from '../messages/component';
import type { AccountHealth, RiskView } from '../messages/venue-account';

/** One question to the server or the venue; a health report must not hang. */
export const CHECK_TIMEOUT_MS = 3_000;

export const ACCOUNT_PART = 'venue_account';
/** Of the parts that health asks: without one of them no order is made. */
export const VITAL_PARTS: readonly string[] = ['temporal', 'trading_engine', ACCOUNT_PART];

/** What is said of a part whose slot nobody holds: whoever knows of its process knows more. */
export const SLOTLESS_TEXTS = { left: 'not running', never: 'never started' } as const;

/** The one scale: of the system, and of every part. */
export type Health = 'healthy' | 'degraded' | 'unhealthy';
/** A part that has just begun may also say that it is starting. */
export type PartStatus = Health | 'starting';

/** How one part is. */
export interface PartHealth {
  readonly name: string;
  readonly status: PartStatus;
  readonly pid?: number;
  readonly host?: string;
  readonly heartbeatAgeMs?: number;
  readonly startedAtMs?: number;
  /** One line: what it is connected to, or what is wrong. */
  readonly text: string;
  /** What is wrong, a sentence each; absent: the text says it. */
  readonly problems?: readonly string[];

  // The same for programs; absent: it is not known, or does not concern this part.

  /** What is wrong as the process itself sees it: what kind, and a sentence. */
  readonly ownProblems?: readonly { readonly code: string; readonly sentence: string }[];
  /** Memory in use, as a part of what may be used. */
  readonly memoryShare?: number;
  /** How the private stream of the venue is. */
  readonly stream?: StreamHeartbeat;
  /** How its public stream of candles is. */
  readonly candleStream?: CandleStreamHeartbeat;
  /** What predicts. */
  readonly model?: ModelHeartbeat;
  readonly account?: AccountHealth;
  /** Open positions and bounds of risk, as the account knows them. */
  readonly risk?: RiskView;
  /** Signals whose order is missing or unknown, and when they began, UTC, milliseconds; at most some of them. */
  readonly waiting?: readonly { readonly id: string; readonly startedAtMs: number }[];
  /** When predictions were last made or tried, UTC, milliseconds. */
  readonly lastTickMs?: number;
}

/** Why a part is not healthy, a sentence each. */
export function reasonsOf({ name, status, text, problems }: PartHealth): readonly string[] {
  if (status === 'healthy') return [];
  return problems && problems.length > 0 ? problems : [`${name}: ${text}`];
}

export function unhealthy(name: string, text: string): PartHealth {
  return { name, status: 'unhealthy', text };
}

/** What an error says to people; of a call that the client wraps, what the call met. */
export function reason(error: unknown): string {
  const met = callOf(error);
  return withoutGrpcWords(met instanceof Error ? met.message : String(met));
}

/** The client's own error says no more than what it was about to do. */
function callOf(error: unknown): unknown {
  return error instanceof Error && error.name === 'ServiceError' && error.cause instanceof Error ? error.cause : error;
}

/** CANCELLED, DEADLINE_EXCEEDED */
const SILENT_CODES: readonly unknown[] = [1, 4];

/**
 * What there is to say of somebody who was asked in vain.
 *
 * @param who was to answer, as a sentence begins with it
 */
export function unansweredText(who: string, error: unknown): string {
  const { code } = callOf(error) as { readonly code?: unknown };
  if (!SILENT_CODES.includes(code)) return `${who} cannot be asked: ${reason(error)}`;
  return `${who} did not answer within ${CHECK_TIMEOUT_MS / 1_000} s: it is busy or starting`;
}

/**
 * The engine tells a ban as the venue did, and the account until when the limiter holds everything back: where both are told,
 * the account's end counts, and the other is left out.
 */
export function withOneEndOfBan(reasons: readonly string[]): readonly string[] {
  const isHeldBack = reasons.some((text) => / refuses requests until \S+ \(a ban\)/.test(text));
  return isHeldBack
    ? reasons.map((text) => text.replace(/( refuses all requests) until [^:]+:\d\d:[^:]+(?=: )/, '$1'))
    : reasons;
}

/** Of the paper venue's plan, what people are told. */
export interface FaultsInForce {
  readonly seed: number;
  readonly rate: number;
  readonly occasional?: object;
  readonly targets: readonly unknown[];
}

/** What follows the paper venue's address; empty where the plan asks for nothing. */
export function describeFaults({ seed, rate, occasional, targets }: FaultsInForce): string {
  const faults = [
    ...(rate > 0 || occasional !== undefined ? [`seed=${seed},rate=${rate}`] : []),
    ...(targets.length > 0 ? [`${targets.length} at chosen requests`] : []),
  ];
  return faults.length === 0 ? '' : `, misbehaves as it was told to (faults: ${faults.join(', and ')})`;
}
