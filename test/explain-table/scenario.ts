import type { Denial } from '../../src/domain/denial';
import { explain } from '../../src/domain/explain/explain';
import type { ExplainInput, Explanation, RecordedStep, TradeFacts } from '../../src/domain/explain/types';
import type { SignalOutcome, SignalView } from '../../src/domain/signal-view';
import type { TradingSignal } from '../../src/domain/signal';
import { fingerprintOf } from '../../src/intake/fingerprint';
import { stepsOf } from '../../src/intake/recorded-steps';
import type { PlaceOrderResult, TradeResult, WithFacts } from '../../src/messages/trade';
import { refusedFor } from '../../src/trading/funds';

/** What happens, a clause for people, and what is explained then. */
export interface Scenario {
  readonly what: string;
  readonly told: () => Explanation | Promise<Explanation>;
}

/** A Tuesday, 12:34:56 UTC. */
export const NOW_MS = Date.UTC(2025, 0, 14, 12, 34, 56);
const AGE_MS = 300;

export const SIGNAL: TradingSignal = {
  symbol: 'BTCUSDT',
  direction: 'BUY',
  strategy: 'trend-4h',
  timestampMs: NOW_MS - AGE_MS,
  intent: 'entry',
  amount: '0.01',
};

/** Figures that the process notes when it plans. */
export const FACTS: TradeFacts = { priceAgeMs: 12 };

type Answer = { readonly name: string; readonly answer: (TradeResult & WithFacts) | PlaceOrderResult | object };

/** What activities answered, one after another, as the history tells it. */
export function stepsFrom(answers: readonly Answer[], startMs = NOW_MS): readonly RecordedStep[] {
  return answers.flatMap(({ name, answer }, index) => stepsOf({ name, answer, atMs: startMs + (index + 1) * 1_000 }));
}

export function viewOf(signal: TradingSignal, parts: Partial<SignalView>): SignalView {
  const fingerprint = fingerprintOf(signal);
  return { fingerprint, venue: 'bybit', signal, state: 'ENDED', detail: '', sendAttempts: 0, timeline: [], ...parts };
}

/** A signal of which its history says all. */
export function explainSteps(
  view: SignalView,
  steps: readonly RecordedStep[],
  others: Partial<ExplainInput> = {},
): Explanation {
  const { fingerprint, signal } = view;
  const startedAtMs = signal.timestampMs + AGE_MS;
  const recorded = { fingerprint, startedAtMs, source: { by: 'http' } as const, steps, isWhole: true };
  return explain({ view, recorded, ...others });
}

/** A refusal of the short road: for good, or until something is there; see the saga's `trade`. */
export function refused(
  denial: Denial,
  place: 'plan' | 'account',
  signal: TradingSignal = SIGNAL,
  facts: TradeFacts = FACTS,
): Explanation {
  const answer = refusedFor(denial);
  const steps = stepsFrom([{ name: 'tradeAtOnce', answer: { ...answer, place, facts } }], signal.timestampMs + AGE_MS);
  if (answer.status === 'denied') return explainSteps(endedBy(denial, signal), steps);
  const waitUntilMs = signal.timestampMs + AGE_MS + 1_000 + answer.afterMs;
  return explainSteps(viewOf(signal, { state: 'SIZING', detail: answer.reason, waitUntilMs }), steps);
}

export function endedBy(
  { code, message }: Denial,
  signal: TradingSignal = SIGNAL,
  outcome: SignalOutcome = code === 'SIGNAL_EXPIRED' ? 'EXPIRED' : 'DENIED',
): SignalView {
  return viewOf(signal, { outcome, denialCode: code, detail: message });
}

/** What a rule was expected to refuse. @throws Error where it did not */
export function denialIn(value: object | undefined): Denial {
  if (value !== undefined && 'code' in value && 'message' in value) return value as Denial;
  throw new Error(`It was not refused: ${JSON.stringify(value)}.`);
}
