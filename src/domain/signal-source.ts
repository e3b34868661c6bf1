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
  /** Of the model: the log return that it expected. */
  readonly expected?: number;
  /** Of the model: what that had to exceed, by the gate that it passed. */
  readonly needed?: number;
}

const NAME_BYTES_MAX = 80;

/** @param value of anybody's making @returns undefined: it is none */
export function readSignalSource(value: unknown): SignalSource | undefined {
  if (!isRecord(value)) return undefined;
  const { by, name, expected, needed } = value;
  const sender = SIGNAL_SENDERS.find((one) => one === by);
  if (sender === undefined) return undefined;
  return {
    by: sender,
    ...(typeof name === 'string' && { name: cutText(name, NAME_BYTES_MAX) }),
    ...(isFigure(expected) && { expected }),
    ...(isFigure(needed) && { needed }),
  };
}

function isFigure(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** `the model lightgbm-3: expected 0.12 %, more than the 0.08 % that it needed`, for people. */
export function sourceWords({ by, name, expected, needed }: SignalSource): string {
  const who = {
    http: 'the HTTP API',
    cli: 'the command line',
    model: 'the model',
    hook: 'the hook',
    position: 'the position',
  };
  const named = name === undefined ? who[by] : `${who[by]} ${name}`;
  if (expected === undefined) return named;
  const beaten = needed === undefined ? '' : `, and it needed more than ${percent(needed)}`;
  return `${named}, which expected ${percent(expected)}${beaten}`;
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(3)} %`;
}
