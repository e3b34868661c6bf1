import { ExactDecimal, formatDecimal, parseDecimal } from '../decimal';
import type { OrderPlan } from '../market';
import { sizeWords } from '../model-gate/size';
import { venueSentence } from '../outcome';
import type { TradingSignal } from '../signal';
import { sourceWords } from '../signal-source';
import type { Progress } from './progress';
import { CODE_MEANINGS } from './remedies';
import type { ExplainInput, GateName, GateReport } from './types';

type Found = Pick<GateReport, 'limit' | 'actual' | 'bounds'>;

/** What a gate that was passed asked for, and what it found. Empty: nothing is recorded of it. */
export function foundBy(gate: GateName, input: ExplainInput, progress: Progress): Found {
  const { view, recorded } = input;
  const { plan, facts } = progress;
  switch (gate) {
    case 'valid':
      return {
        actual: `${view.signal.intent} ${view.signal.direction} ${view.signal.symbol}, strategy ${view.signal.strategy}`,
      };
    case 'fresh':
      return recorded === undefined || Number.isNaN(recorded.startedAtMs)
        ? {}
        : { actual: ageWords(recorded.startedAtMs - view.signal.timestampMs) };
    case 'admitted':
      return recorded?.source === undefined ? {} : { actual: `from ${sourceWords(recorded.source)}` };
    case 'unique':
      return uniqueness(input);
    case 'sized':
      return {
        ...(plan === undefined ? unplanned(progress, view) : sizing(plan, progress, input)),
        ...boundsOf(gate, progress),
      };
    case 'trading_state':
      return { limit: `${view.signal.intent === 'exit' ? 'exits' : 'entries'} are taken` };
    case 'risk':
      return { ...risk(plan, view.signal, progress), ...boundsOf(gate, progress) };
    case 'funded':
      return funding(input, plan);
    case 'permitted':
      return facts.permitMs === undefined
        ? {}
        : { actual: `a permit ${facts.permitMs <= 0 ? 'at once' : `in ${seconds(facts.permitMs)}`}` };
    case 'sent':
      return { actual: view.sendAttempts === 1 ? '1 request' : `${view.sendAttempts} requests` };
    case 'confirmed':
      return confirmation(input, progress);
    case 'settled':
      return { actual: view.detail };
    case 'position':
      return input.position === undefined ? {} : { actual: input.position.words };
  }
}

function ageWords(ageMs: number): string {
  return ageMs < 0 ? `from ${seconds(-ageMs)} ahead of our clock` : `${seconds(ageMs)} old when it was taken`;
}

function uniqueness({ door = [] }: ExplainInput): Found {
  const count = (kind: string): number =>
    door.filter((note) => note.kind === kind).reduce((sum, note) => sum + note.count, 0);
  const [repeated, conflicts] = [count('repeated'), count('conflict')];
  const more = [
    ...(repeated === 0 ? [] : [`sent again ${times(repeated)}`]),
    ...(conflicts === 0 ? [] : [`another one with its fingerprint refused ${times(conflicts)}`]),
  ];
  return more.length === 0 ? {} : { actual: `${more.join(', ')}: nothing was started twice` };
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function sizing(plan: OrderPlan, { facts }: Progress, { view, recorded }: ExplainInput): Found {
  const { priceAgeMs, free } = facts;
  const age = priceAgeMs === undefined ? '' : ` (${seconds(priceAgeMs)} old)`;
  const parts = [
    `${plan.quantity} at ${plan.limitPrice === undefined ? '' : `limit ${plan.limitPrice}, `}price ${plan.referencePrice}${age}`,
    ...(free === undefined ? [] : [`from ${free} ${plan.asset} free`]),
    ...mostWords(view.signal, recorded?.source?.risk),
    ...(plan.stopLoss === undefined ? [] : [`stop ${plan.stopLoss}`]),
    ...(plan.takeProfit === undefined ? [] : [`target ${plan.takeProfit}`]),
  ];
  return { actual: parts.join(', ') };
}

/** The bound of an amount, and where it is from. */
function mostWords(
  { amountMax, stopLossDistance: distance }: TradingSignal,
  risk: string | undefined,
): readonly string[] {
  if (amountMax === undefined) return [];
  return risk === undefined || distance === undefined
    ? [`at most ${amountMax}`]
    : [sizeWords({ riskPerTrade: risk, stopDistance: distance, amountMax })];
}

/** An order that came to nothing is written down nowhere; the figures that it was made from are. */
function unplanned({ facts: { priceAgeMs, free } }: Progress, { signal }: ExplainInput['view']): Found {
  const parts = [
    ...(signal.amount === undefined ? [] : [`${signal.amount} asked for`]),
    ...(signal.amountMax === undefined ? [] : [`at most ${signal.amountMax} asked for`]),
    ...(priceAgeMs === undefined ? [] : [`by a price ${seconds(priceAgeMs)} old`]),
    ...(free === undefined ? [] : [`from ${free} free`]),
  ];
  return priceAgeMs === undefined && free === undefined ? {} : { actual: parts.join(', ') };
}

/** Those of the bounds of that time that are this gate's. */
export function boundsOf(gate: GateName, { facts }: Pick<Progress, 'facts'>): Pick<GateReport, 'bounds'> {
  const bounds = (facts.bounds ?? []).filter(([code]) => CODE_MEANINGS[code]?.gate === gate);
  return bounds.length === 0 ? {} : { bounds };
}

function risk(plan: OrderPlan | undefined, { symbol }: TradingSignal, progress: Progress): Found {
  if (plan === undefined) return {};
  if (plan.closesOpposite) return { actual: 'an opposite position was open: it closes that, and opens nothing' };
  if (plan.reduceOnly) return { actual: 'it only reduces a position' };
  const lost = lossAtStop(plan, symbol);
  const parts = [
    ...(lost === undefined ? [] : [`about ${lost} is lost if its stop is hit, before fees`]),
    ...('bounds' in boundsOf('risk', progress) ? [] : ['what the bounds found is not recorded, or none is set']),
  ];
  return parts.length === 0 ? {} : { actual: parts.join('; ') };
}

/** With its unit, where the symbol says it: prices are told in what the symbol ends in. */
function lossAtStop(plan: OrderPlan, symbol: string): string | undefined {
  const { quantity, referencePrice, stopLoss, asset } = plan;
  const [amount, price, stop] = [parseDecimal(quantity), parseDecimal(referencePrice), parseDecimal(stopLoss)];
  if (amount === undefined || price === undefined || stop === undefined) return undefined;
  const lost = formatDecimal(amount.times(price.minus(stop).abs()).toDecimalPlaces(2, ExactDecimal.ROUND_UP));
  return symbol.endsWith(asset) ? `${lost} ${asset}` : lost;
}

function funding({ view }: ExplainInput, plan: OrderPlan | undefined): Found {
  const asset = plan?.asset ?? view.reservedAsset;
  const amount = plan?.reserveAmount ?? view.reservedAmount;
  if (asset === undefined || amount === undefined) return {};
  return { actual: Number(amount) === 0 ? 'it needs no funds' : `${amount} ${asset} held` };
}

function confirmation({ view }: ExplainInput, { attempts, lookUps }: Progress): Found {
  const last = attempts.at(-1);
  const parts = [
    ...(last === undefined ? [] : [venueSentence(last).replace(/\.$/, '')]),
    ...(lookUps === 0 ? [] : [`looked up ${times(lookUps)}`]),
    ...(view.order?.venueOrderId ? [`the venue's id is ${view.order.venueOrderId}`] : []),
  ];
  return parts.length === 0 ? {} : { actual: parts.join('; ') };
}

/** `12 ms`, `1.2 s`. */
function seconds(spanMs: number): string {
  return spanMs < 1_000 ? `${Math.round(spanMs)} ms` : `${(spanMs / 1_000).toFixed(1)} s`;
}
