import { formatDecimal, parseDecimal } from './decimal';
import type { TradingSignal } from './signal';

const MINUTE_MS = 60_000;

/**
 * The text whose SHA-256 identifies a signal: the bytes that Python's `json.dumps(fields, sort_keys=True)` writes, so that
 * fingerprints agree with those of the older bots.
 *
 * @throws RangeError when the signal's time is outside the years that a date can hold
 */
export function fingerprintText(signal: TradingSignal): string {
  const minute = Math.floor(signal.timestampMs / MINUTE_MS) * MINUTE_MS;
  const timestampMinute = `${new Date(minute).toISOString().slice(0, -'.000Z'.length)}+00:00`;
  const fields = [
    ['direction', signal.direction.toUpperCase()],
    ['strategy', signal.strategy],
    ['symbol', signal.symbol.toUpperCase()],
    ['timestamp_minute', timestampMinute],
  ] as const;
  return `{${fields.map(([name, value]) => `"${name}": ${asciiJson(value)}`).join(', ')}}`;
}

/**
 * Every field of a signal in a fixed order, to tell a repetition from another signal with the same fingerprint. Equal
 * decimal numbers have equal texts: an amount of `1.50` is `1.5`.
 */
export function signalContentText(signal: TradingSignal): string {
  const { symbol, direction, strategy, timestampMs, intent, amount, limitPrice, signalStrength } = signal;
  const { timeInForce, goodForSeconds, maxHoldingSeconds } = signal;
  // What is absent leaves no trace: signals without the younger fields have the texts that they always had.
  return JSON.stringify({
    amount: canonicalDecimal(amount),
    amountMax: canonicalDecimal(signal.amountMax),
    direction,
    goodForSeconds,
    intent,
    limitPrice: canonicalDecimal(limitPrice),
    maxHoldingSeconds,
    signalStrength,
    stopLoss: canonicalDecimal(signal.stopLoss),
    stopLossDistance: canonicalDecimal(signal.stopLossDistance),
    strategy,
    symbol,
    takeProfit: canonicalDecimal(signal.takeProfit),
    takeProfitDistance: canonicalDecimal(signal.takeProfitDistance),
    timeInForce,
    timestampMs,
    trailingDistance: canonicalDecimal(signal.trailingDistance),
  });
}

/** JSON in ASCII. JSON.stringify escapes as Python does, but leaves DEL and everything beyond ASCII as it is. */
function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function canonicalDecimal(text: string | undefined): string | undefined {
  const value = parseDecimal(text);
  return value === undefined ? text : formatDecimal(value);
}
