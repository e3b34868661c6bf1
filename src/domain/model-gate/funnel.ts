import type { GateOutcome, Verdict } from './types';

/** What else may become of a symbol at a tick. */
type FunnelCode = GateOutcome | 'NO_PREDICTION';

/** How many ended how; what is absent is none. */
export type GateFunnel = Readonly<Partial<Record<FunnelCode, number>>>;

/** In the order in which people read them. */
const WORDS: Readonly<Record<Exclude<FunnelCode, 'NO_PREDICTION'>, string>> = {
  OPENED: 'opened',
  POSITION_OPPOSITE: 'closes an opposite view',
  BELOW_MINIMUM: 'below the least return',
  MODEL_TOO_OLD: 'model too old',
  NOT_CALIBRATED: 'model not calibrated',
  OUT_OF_RANGE: 'out of range',
  BELOW_COSTS: 'below costs',
  COOLING_DOWN: 'cooling down',
  VIEW_OPEN: 'view open',
  COSTS_UNKNOWN: 'costs unknown',
  BELOW_SMALLEST_ORDER: 'below the smallest order',
  SIZE_UNKNOWN: 'size unknown',
  STALE_CANDLES: 'stale candles',
  NOT_ALLOWED: 'not allowed',
};

export function addFunnels(one: GateFunnel, other: GateFunnel): GateFunnel {
  const codes = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<FunnelCode>;
  return Object.fromEntries([...codes].map((code) => [code, (one[code] ?? 0) + (other[code] ?? 0)]));
}

export function countVerdicts(verdicts: readonly Pick<Verdict, 'outcome'>[]): GateFunnel {
  return verdicts.reduce<GateFunnel>((funnel, { outcome }) => addFunnels(funnel, { [outcome]: 1 }), {});
}

/** For people: `predicted 12: below costs 11, cooling down 1; no prediction of 2`. */
export function describeFunnel(funnel: GateFunnel): string {
  const codes = Object.keys(WORDS) as (keyof typeof WORDS)[];
  const named = codes.filter((code) => (funnel[code] ?? 0) > 0);
  const predicted = named.reduce((sum, code) => sum + (funnel[code] ?? 0), 0);
  const parts = named.map((code) => `${WORDS[code]} ${funnel[code]}`);
  const missing = funnel.NO_PREDICTION ?? 0;
  return `predicted ${predicted}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}${missing > 0 ? `; no prediction of ${missing}` : ''}`;
}

/** What a demo's trade is about, for people. @param expectedCosts a fraction of the trade's value */
export function describeDemo(expectedCosts: number): string {
  return `demo: expected to lose about ${(expectedCosts * 100).toFixed(2)} %`;
}
