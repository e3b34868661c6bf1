import { ACCOUNT_PART, SLOTLESS_TEXTS, type PartHealth } from './part-health';

/** So long after an engine registered its workflows may not be answered yet. */
const START_MAX_MS = 30_000;
/** Parts that only an engine answers for. */
const ANSWERED_BY_ENGINE: readonly string[] = [ACCOUNT_PART, 'positions', 'predictions'];

/** What is said of parts whose engine is not there to answer. */
export const ENGINE_TEXTS = {
  starting: 'the engine is not ready yet',
  gone: 'cannot be asked: no engine is ready to answer',
} as const;

/**
 * Says of the parts that did not answer because their engine is starting, or gone, just that: what the server says of it tells
 * people nothing.
 *
 * @param nowMs milliseconds UTC
 */
export function explainByEngine(parts: readonly PartHealth[], nowMs: number): readonly PartHealth[] {
  const engine = parts.find(({ name }) => name === 'trading_engine');
  const isServed = parts.find(({ name }) => name === 'temporal')?.status !== 'unhealthy';
  if (!engine || !isServed) return parts;
  const explained = explanationOf(engine, nowMs);
  if (!explained) return parts;
  return parts.map((part) => {
    const isAffected = part.status === 'unhealthy' && ANSWERED_BY_ENGINE.includes(part.name);
    return isAffected ? { name: part.name, ...explained } : part;
  });
}

function explanationOf(
  { status, text, startedAtMs }: PartHealth,
  nowMs: number,
): Pick<PartHealth, 'status' | 'text'> | undefined {
  const isYoung = startedAtMs !== undefined && nowMs - startedAtMs < START_MAX_MS;
  if (status === 'starting' || isYoung) return { status: 'starting', text: ENGINE_TEXTS.starting };
  const isGone = text === SLOTLESS_TEXTS.left || text === SLOTLESS_TEXTS.never;
  return isGone ? { status: 'unhealthy', text: ENGINE_TEXTS.gone } : undefined;
}
