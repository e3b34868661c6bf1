import { instantWords } from '../instant-words';
import type { PositionBook } from './book';
import { closeReasonWords } from './exit-strategy';

/** An exit that has not ended: no other closes its position before it has. */
export interface ExitUnderWay {
  readonly round: number;
  /** On the workflow's clock, milliseconds UTC. */
  readonly sinceMs: number;
  /** Of its signal; absent: nobody has said yet that it was started. */
  readonly fingerprint?: string;
  readonly clientOrderId?: string;
}

/** Whose word an exit waits for: nobody else can end it, but the appearance of its order. */
export interface AwaitedWord {
  readonly fingerprint: string;
  readonly clientOrderId?: string;
  /** Milliseconds UTC. */
  readonly sinceMs: number;
}

export function exitUnderWay({ round: exit }: PositionBook): ExitUnderWay | undefined {
  if (exit === undefined) return undefined;
  const { round, timestampMs: sinceMs, fingerprint, clientOrderId } = exit;
  return { round, sinceMs, ...(fingerprint !== undefined && { fingerprint, clientOrderId }) };
}

/**
 * Why a position that is to be closed is still there, one sentence, as far as its own book tells: not what became of the order of
 * its exit.
 *
 * @returns undefined: it is not to be closed
 */
export function exitReasonOf({ round, exit, told }: PositionBook): string | undefined {
  if (round !== undefined) {
    const signal = round.fingerprint === undefined ? '' : `, the signal ${round.fingerprint},`;
    const since = instantWords(round.timestampMs);
    return `Exit ${round.round} (${closeReasonWords(round.reason)})${signal} is under way since ${since}; no other is made before it has ended.`;
  }
  if (exit === undefined) return undefined;
  const why = closeReasonWords(exit.reason);
  return told.includes('halted')
    ? `It is to be closed (${why}) and is not, because trading is halted: "oncefill reduce" lets exits pass.`
    : `It is to be closed (${why}); its next exit is about to begin.`;
}
