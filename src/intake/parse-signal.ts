import { z } from 'zod';
import { orderOptionsFault } from '../domain/order-options';
import { PROTECTION_FIELDS, signalProtectionFault } from '../domain/protection/signal-fault';
import type { Direction, Intent, TradingSignal } from '../domain/signal';
import { quoteValue } from '../domain/quote-value';
import { faultOfReadableText, faultOfStrategyName, STRATEGY_UNITS_MAX } from '../domain/readable-text';
import { readPositiveDecimal } from './decimal-text';
import { askIfMeant } from '../domain/nearest-name';
import { goodForSeconds, maxHoldingSeconds, timeInForce } from './order-option-fields';
import { readTime } from './time-text';

export type ParseSignalResult =
  | { readonly ok: true; readonly signal: TradingSignal }
  | { readonly ok: false; readonly code: 'INVALID_SIGNAL'; readonly message: string };

/** Every accepted spelling of a field and the field it means. */
const FIELD_OF_KEY: ReadonlyMap<string, string> = new Map([
  ['symbol', 'symbol'],
  ['direction', 'direction'],
  ['strategy', 'strategy'],
  ['timestamp', 'timestamp'],
  ['intent', 'intent'],
  ['amount', 'amount'],
  ['amountMax', 'amountMax'],
  ['amount_max', 'amountMax'],
  ['reduceOnly', 'reduceOnly'],
  ['reduce_only', 'reduceOnly'],
  ['limitPrice', 'limitPrice'],
  ['limit_price', 'limitPrice'],
  ['timeInForce', 'timeInForce'],
  ['time_in_force', 'timeInForce'],
  ['goodForSeconds', 'goodForSeconds'],
  ['good_for_seconds', 'goodForSeconds'],
  ['stopLoss', 'stopLoss'],
  ['stop_loss', 'stopLoss'],
  ['stopLossDistance', 'stopLossDistance'],
  ['stop_loss_distance', 'stopLossDistance'],
  ['takeProfit', 'takeProfit'],
  ['take_profit', 'takeProfit'],
  ['takeProfitDistance', 'takeProfitDistance'],
  ['take_profit_distance', 'takeProfitDistance'],
  ['trailingDistance', 'trailingDistance'],
  ['trailing_distance', 'trailingDistance'],
  ['maxHoldingSeconds', 'maxHoldingSeconds'],
  ['max_holding_seconds', 'maxHoldingSeconds'],
  ['signalStrength', 'signalStrength'],
  ['signal_strength', 'signalStrength'],
]);

const STRATEGY = `must be text of 1 to ${STRATEGY_UNITS_MAX} characters`;

const positiveDecimal = z.unknown().transform((value, context) => {
  const read = readPositiveDecimal(value);
  if ('text' in read) return read.text;
  context.addIssue({ code: 'custom', message: read.fault });
  return z.NEVER;
});

function strategyOf(faultOf: (name: string) => string | undefined) {
  return z.string(`it ${STRATEGY}`).superRefine((text, context) => {
    const fault = faultOf(text);
    if (fault !== undefined)
      context.addIssue({ code: 'custom', message: `it ${fault}; it ${STRATEGY} that can be seen` });
  });
}

/** What was taken before goes on, also where the rule for names was looser then. */
function faultOfTakenName(name: string): string | undefined {
  return name.length > STRATEGY_UNITS_MAX ? `has ${name.length} characters` : faultOfReadableText(name);
}

const SYMBOL = 'it must be 2 to 30 letters and digits, such as BTCUSDT';
const DIRECTION = 'it must be BUY or SELL';
const STRENGTH = 'it must be a number from 0 to 1, without quotes';

const FIELDS = z.object({
  symbol: z.string(SYMBOL).regex(/^[A-Za-z0-9]{2,30}$/, SYMBOL),
  direction: z.string(DIRECTION).regex(/^(buy|sell)$/i, DIRECTION),
  strategy: strategyOf(faultOfStrategyName),
  // Read apart, because it needs the present.
  timestamp: z.unknown().optional(),
  intent: z.enum(['entry', 'exit'], 'it must be entry or exit').optional(),
  reduceOnly: z.boolean('it must be true or false, without quotes').optional(),
  amount: positiveDecimal.optional(),
  amountMax: positiveDecimal.optional(),
  limitPrice: positiveDecimal.optional(),
  timeInForce: timeInForce.optional(),
  goodForSeconds: goodForSeconds.optional(),
  stopLoss: positiveDecimal.optional(),
  stopLossDistance: positiveDecimal.optional(),
  takeProfit: positiveDecimal.optional(),
  takeProfitDistance: positiveDecimal.optional(),
  trailingDistance: positiveDecimal.optional(),
  maxHoldingSeconds: maxHoldingSeconds.optional(),
  signalStrength: z.number(STRENGTH).min(0, STRENGTH).max(1, STRENGTH).optional(),
});

const TAKEN_FIELDS = FIELDS.extend({ strategy: strategyOf(faultOfTakenName) });

/** What the messages call the fields; absent: as the sender spelled them. */
export type SignalFieldNames = Readonly<Record<string, string>>;

function refuse(message: string): ParseSignalResult {
  return { ok: false, code: 'INVALID_SIGNAL', message };
}

/** The body's fields under their one name, and the spelling that the sender used for each. */
interface NamedFields {
  readonly values: Readonly<Record<string, unknown>>;
  readonly spelling: ReadonlyMap<string, string>;
}

/** @returns a sentence when a field is unknown or given in both spellings */
function nameFields(body: object): NamedFields | string {
  const values = new Map<string, unknown>();
  const spelling = new Map<string, string>();
  for (const [key, value] of Object.entries(body)) {
    const field = FIELD_OF_KEY.get(key);
    if (field === undefined) {
      const known = [...FIELD_OF_KEY.keys()];
      return `The field ${quoteValue(key)} is not known.${askIfMeant(key, known)} A signal has ${known.join(', ')}.`;
    }
    const other = spelling.get(field);
    if (other !== undefined) return `The signal has both ${other} and ${key}; give one of them.`;
    values.set(field, value);
    spelling.set(field, key);
  }
  return { values: Object.fromEntries(values), spelling };
}

function describeFault(
  field: string,
  fault: string,
  { values, spelling }: NamedFields,
  names: SignalFieldNames,
): string {
  if (!spelling.has(field)) return `The signal has no ${names[field] ?? field}; ${fault}.`;
  return `${names[field] ?? spelling.get(field)} is ${quoteValue(values[field])}; ${fault}.`;
}

/** Options of an order that make no sense together, as the sender calls them. */
function optionsFault(signal: TradingSignal, { spelling }: NamedFields, names: SignalFieldNames): string | undefined {
  const called = (field: string, otherwise: string): string => names[field] ?? spelling.get(field) ?? otherwise;
  const limitPrice = called('limitPrice', 'limit_price');
  const optionNames = {
    timeInForce: called('timeInForce', 'time_in_force'),
    goodForSeconds: called('goodForSeconds', 'good_for_seconds'),
    limitPrice,
  };
  const protectionNames = {
    stopLoss: called('stopLoss', 'stop_loss'),
    stopLossDistance: called('stopLossDistance', 'stop_loss_distance'),
    takeProfit: called('takeProfit', 'take_profit'),
    takeProfitDistance: called('takeProfitDistance', 'take_profit_distance'),
    trailingDistance: called('trailingDistance', 'trailing_distance'),
    maxHoldingSeconds: called('maxHoldingSeconds', 'max_holding_seconds'),
    limitPrice,
  };
  return (
    amountFault(signal, called('amount', 'amount'), called('amountMax', 'amount_max')) ??
    orderOptionsFault(signal, optionNames) ??
    signalProtectionFault(signal, protectionNames)
  );
}

/** Only an order that is sized from free funds can be bounded: one that names its amount says all. */
function amountFault({ intent, amount, amountMax }: TradingSignal, named: string, bound: string): string | undefined {
  if (amountMax === undefined) return undefined;
  if (intent === 'exit') return `${bound} is for entries, and this signal is an exit. Leave it out.`;
  return amount === undefined ? undefined : `The signal has both ${named} and ${bound}; give one of them.`;
}

/** @returns undefined when the two fields contradict each other */
function readIntent(intent: Intent | undefined, reduceOnly: boolean | undefined): Intent | undefined {
  if (reduceOnly === undefined) return intent ?? 'entry';
  const meant = reduceOnly ? 'exit' : 'entry';
  return intent === undefined || intent === meant ? meant : undefined;
}

function given<Value>(field: string, value: Value | undefined): readonly (readonly [string, Value])[] {
  return value === undefined ? [] : [[field, value]];
}

export interface ParseSignalOptions {
  /** Our time, milliseconds UTC: times more than ten years away are taken for a wrong unit. */
  readonly nowMs: number;
  /** What the messages call the fields. */
  readonly names?: SignalFieldNames;
  /** It was taken before: its strategy's name may be one that is refused today. */
  readonly isTaken?: boolean;
}

/**
 * Turns what a sender wrote into a signal, or says in one sentence what is wrong with it. Strict, because a guess here
 * becomes an order: unknown fields, `null`, and times without an offset are refused. `symbol` and `direction` may be
 * in lower case; names may be in camelCase or snake_case. Times are read by `readTime`, amounts and prices by
 * `readPositiveDecimal`.
 *
 * @param body parsed JSON or command-line options; anything at all
 */
export function parseSignal(
  body: unknown,
  { nowMs, names = {}, isTaken = false }: ParseSignalOptions,
): ParseSignalResult {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return refuse(`A signal is a JSON object, not ${quoteValue(body)}.`);
  }
  const named = nameFields(body);
  if (typeof named === 'string') return refuse(named);
  const result = (isTaken ? TAKEN_FIELDS : FIELDS).safeParse(named.values);
  if (!result.success) {
    const [issue] = result.error.issues;
    if (!issue) return refuse('The signal is not valid.');
    return refuse(describeFault(String(issue.path[0]), issue.message, named, names));
  }
  const { symbol, direction, strategy: name, amount, amountMax, limitPrice, signalStrength } = result.data;
  const time = readTime(result.data.timestamp, nowMs);
  if ('fault' in time) return refuse(describeFault('timestamp', time.fault, named, names));
  const intent = readIntent(result.data.intent, result.data.reduceOnly);
  if (intent === undefined) {
    return refuse(`intent and ${named.spelling.get('reduceOnly')} contradict each other; give one of them.`);
  }
  // Refused here and not when the order is sized: by then the fingerprint would be taken, and the corrected signal a
  // conflicting duplicate.
  if (intent === 'exit' && amount === undefined) {
    return refuse(`The signal has no ${names['amount'] ?? 'amount'}; an exit must name the quantity to close.`);
  }
  const signal: TradingSignal = {
    symbol: symbol.toUpperCase(),
    direction: direction.toUpperCase() as Direction,
    strategy: name,
    timestampMs: time.timestampMs,
    intent,
    ...(amount !== undefined && { amount }),
    ...(amountMax !== undefined && { amountMax }),
    ...(limitPrice !== undefined && { limitPrice }),
    ...(result.data.timeInForce !== undefined && { timeInForce: result.data.timeInForce }),
    ...(result.data.goodForSeconds !== undefined && { goodForSeconds: result.data.goodForSeconds }),
    ...Object.fromEntries(PROTECTION_FIELDS.flatMap((field) => given(field, result.data[field]))),
    ...(signalStrength !== undefined && { signalStrength }),
  };
  const fault = optionsFault(signal, named, names);
  return fault === undefined ? { ok: true, signal } : refuse(fault);
}
