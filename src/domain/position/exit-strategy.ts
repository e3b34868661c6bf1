import type { CloseReason } from './types';

/** Strategies of our own exits begin with this; intake refuses it from anybody else. */
export const EXIT_STRATEGY_PREFIX = 'exit/';

const RADIX = 36;
const SHAPE = /^exit\/([0-9a-z]{1,11})\/([1-9][0-9]{0,8})$/;

/** What an exit's strategy says of it. */
export interface ExitName {
  /** Of the position that it closes, milliseconds UTC. */
  readonly openedAtMs: number;
  /** Counts the exits of that position, from 1. */
  readonly round: number;
}

/** The strategy of an exit of ours, which makes its signal one of its own: `exit/mb3k2f00/1`. */
export function exitStrategy({ openedAtMs, round }: ExitName): string {
  return `${EXIT_STRATEGY_PREFIX}${openedAtMs.toString(RADIX)}/${round}`;
}

/** @returns undefined for a strategy that is no exit's of ours */
export function readExitStrategy(strategy: string): ExitName | undefined {
  const [, openedAt, round] = SHAPE.exec(strategy) ?? [];
  if (openedAt === undefined || round === undefined) return undefined;
  return { openedAtMs: Number.parseInt(openedAt, RADIX), round: Number(round) };
}

/** Whether a name is kept for our exits, in whatever letters: people read `Exit/` as the same. */
export function isExitStrategyTaken(strategy: string): boolean {
  return strategy.toLowerCase().startsWith(EXIT_STRATEGY_PREFIX);
}

const REASON_WORDS: Readonly<Record<CloseReason, string>> = {
  STOP_LOSS: 'stop-loss',
  TAKE_PROFIT: 'take-profit',
  TRAILING_STOP: 'trailing stop',
  LIQUIDATION: 'liquidation',
  ADL: 'deleveraging by the venue',
  SETTLED: 'settlement by the venue',
  MARGIN_RATE: "the venue's margin rate",
  MANUAL: 'by hand at the venue',
  EXTERNAL: 'from outside',
  SIGNAL: 'a signal',
  TIME_LIMIT: 'time limit',
  PARTIAL_TARGET: 'a part at its target',
  DAILY_LOSS: 'daily loss',
  OPERATOR: 'an operator',
  EMERGENCY: 'no stop in force',
  REDUCED: 'a lowered limit',
};

/** Why a position was closed, for people. Takes any text: what is not known is shown as it is. */
export function closeReasonWords(reason: string): string {
  return Object.hasOwn(REASON_WORDS, reason) ? REASON_WORDS[reason as CloseReason] : reason;
}

/**
 * A strategy for people: an exit of ours with its round and cause (`exit 1: time limit`), every other as it is.
 *
 * @param reason why the exit was made; absent: not known
 */
export function strategyWords(strategy: string, reason?: string): string {
  const exit = readExitStrategy(strategy);
  if (exit === undefined) return strategy;
  return reason === undefined ? `exit ${exit.round}` : `exit ${exit.round}: ${closeReasonWords(reason)}`;
}
