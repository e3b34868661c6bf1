import { parseDecimal } from './decimal';
import type { QuantilePair } from './model-gate/types';
import { cutText, isRecord } from './plain-values';

export const SIGNAL_SENDERS = ['http', 'cli', 'model', 'hook', 'position'] as const;
export type SignalSender = (typeof SIGNAL_SENDERS)[number];

/**
 * Where a signal came from, and what its sender decided by. For explanations alone: no rule depends on it, and it is part of
 * neither the fingerprint nor the content of the signal.
 */
export interface SignalSource {
  readonly by: SignalSender;
  /** Which of them: the name of a hook's source, or of a model. */
  readonly name?: string;
  /** Of the model: how the SHA-256 of its file begins, lower-case hexadecimal. */
  readonly hash?: string;
  /** Of the model: the log return that it expected. */
  readonly expected?: number;
  /** Of the model: what that had to exceed, by the gate that it passed. */
  readonly needed?: number;
  /** Of the model: the chance of a net gain at the costs of that moment, and what it had to exceed, 0 to 1. */
  readonly chance?: number;
  readonly chanceMin?: number;
  /** Of the model: how the return was expected to be spread. */
  readonly quantiles?: readonly QuantilePair[];
  /** Of the model: what the entry may lose at its stop, a decimal string in quote units; absent: it was not sized by that. */
  readonly risk?: string;
}

const NAME_BYTES_MAX = 80;
/** Of a model's hash: enough to tell any two apart, and not so many that every history grows by them. */
const HASH_CHARACTERS = 16;
/** More would fill histories. */
const QUANTILES_MAX = 16;
const HASH = new RegExp(`^[0-9a-f]{${HASH_CHARACTERS}}$`);

/** @param value of anybody's making @returns undefined: it is none */
export function readSignalSource(value: unknown): SignalSource | undefined {
  if (!isRecord(value)) return undefined;
  const { by, name, hash, expected, needed, chance, chanceMin, quantiles, risk } = value;
  const sender = SIGNAL_SENDERS.find((one) => one === by);
  if (sender === undefined) return undefined;
  return {
    by: sender,
    ...(typeof name === 'string' && { name: cutText(name, NAME_BYTES_MAX) }),
    ...(typeof hash === 'string' && HASH.test(hash) && { hash }),
    ...(isFigure(expected) && { expected }),
    ...(isFigure(needed) && { needed }),
    ...(isFigure(chance) && { chance }),
    ...(isFigure(chanceMin) && { chanceMin }),
    ...(areQuantiles(quantiles) && { quantiles }),
    ...(typeof risk === 'string' && parseDecimal(risk) !== undefined && { risk }),
  };
}

/** What is recorded of a model's SHA-256. */
export function shortHash(sha256: string): string {
  return sha256.slice(0, HASH_CHARACTERS);
}

function isFigure(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function areQuantiles(value: unknown): value is readonly QuantilePair[] {
  if (!Array.isArray(value) || value.length > QUANTILES_MAX) return false;
  return value.every((pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every(isFigure));
}

/** `the model returns 1.0.0, which expected 0.1200 %, and it needed more than 0.0800 %`, for people. */
export function sourceWords({ by, name, hash, expected, needed }: SignalSource): string {
  const who = {
    http: 'the HTTP API',
    cli: 'the command line',
    model: 'the model',
    hook: 'the hook',
    position: 'the position',
  };
  const named = `${who[by]}${name === undefined ? '' : ` ${name}`}${hash === undefined ? '' : ` (SHA-256 ${hash}…)`}`;
  if (expected === undefined) return named;
  const beaten = needed === undefined ? '' : `, and it needed more than ${percent(needed)}`;
  return `${named}, which expected ${percent(expected)}${beaten}`;
}

/** What else its sender decided by, for people: parts of one sentence; empty: nothing is recorded. */
export function sourceFigures({ chance, chanceMin, quantiles = [], risk }: SignalSource): readonly string[] {
  const beaten = chanceMin === undefined ? '' : `, and it needed more than ${share(chanceMin)}`;
  const spread = quantiles.map(([level, value]) => `${share(level)} below ${percent(value)}`);
  return [
    ...(chance === undefined ? [] : [`the chance of a net gain was ${share(chance)}${beaten}`]),
    ...(spread.length === 0 ? [] : [`of the returns it expected ${spread.join(', ')}`]),
    ...(risk === undefined ? [] : [`its stop may lose ${risk} at most`]),
  ];
}

/** `53.12 %`, `5 %`. */
function share(fraction: number): string {
  return `${Number((fraction * 100).toFixed(2))} %`;
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(4)} %`;
}
