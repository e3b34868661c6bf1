import type { TradingSignal } from '../domain/signal';

/** What two signals of one fingerprint may differ in, the weightiest first. */
const FIELDS: readonly (readonly [name: string, read: (signal: TradingSignal) => string])[] = [
  ['intent', ({ intent }) => intent],
  ['amount', ({ amount }) => amount ?? 'taken from free funds'],
  ['largest amount', ({ amountMax }) => amountMax ?? 'not given'],
  ['limit price', ({ limitPrice }) => limitPrice ?? 'none, a market order'],
  ['time in force', ({ timeInForce }) => timeInForce ?? 'not given'],
  ['seconds to live', ({ goodForSeconds }) => String(goodForSeconds ?? 'not given')],
  ['stop', ({ stopLoss, stopLossDistance }) => wordsOf(stopLoss, stopLossDistance)],
  ['target', ({ takeProfit, takeProfitDistance }) => wordsOf(takeProfit, takeProfitDistance)],
  ['trailing distance', ({ trailingDistance }) => trailingDistance ?? 'not given'],
  ['longest time to hold', ({ maxHoldingSeconds: seconds }) => (seconds === undefined ? 'not given' : `${seconds} s`)],
  ['timestamp', ({ timestampMs }) => new Date(timestampMs).toISOString()],
  ['signal strength', ({ signalStrength }) => String(signalStrength ?? 'not given')],
];

function wordsOf(price: string | undefined, distance: string | undefined): string {
  if (price !== undefined) return price;
  return distance === undefined ? 'not given' : `${distance} from its price`;
}

/**
 * Why a signal was not taken although nothing is wrong with it: which one has its fingerprint, in what the two differ, and
 * how to send this one as well.
 *
 * @param taken undefined when it could not be read
 */
export function describeConflict(sent: TradingSignal, taken: TradingSignal | undefined): string {
  const remedy = remedyFor(sent);
  if (taken === undefined) {
    return `A signal with other content (intent, amount, price or seconds) was accepted under this fingerprint. ${remedy}`;
  }
  const difference = describeDifference(sent, taken);
  return `${describeTaken(taken)} was accepted under this fingerprint${difference}. ${howToRepeat(sent, taken)}${remedy}`;
}

/** Why a signal was not taken whose fingerprint is the id of a workflow that intake did not start. */
export function describeForeign(sent: TradingSignal): string {
  return `A workflow that was not started by intake stands under this fingerprint, and a signal cannot be traded beside it: nothing was accepted. Find out who started it. ${remedyFor(sent)}`;
}

function remedyFor({ intent }: TradingSignal): string {
  return `To send this ${intent} as well, give it another strategy name or a timestamp in another minute.`;
}

function describeTaken({ intent, amount, symbol, timestampMs }: TradingSignal): string {
  const what = amount === undefined ? `${symbol} sized from free funds` : `${amount} ${symbol}`;
  return `An ${intent} of ${what} (${new Date(timestampMs).toISOString().slice(11, 19)} UTC)`;
}

function describeDifference(sent: TradingSignal, taken: TradingSignal): string {
  const [name, read] = FIELDS.find(([, readField]) => readField(sent) !== readField(taken)) ?? [];
  if (name === undefined || read === undefined) return '';
  return `; its ${name} is ${read(taken)}, and here it is ${read(sent)}`;
}

/** Only the time differs: most likely the same signal, sent again with a new one. */
function howToRepeat(sent: TradingSignal, taken: TradingSignal): string {
  const others = FIELDS.filter(([name]) => name !== 'timestamp');
  if (others.some(([, read]) => read(sent) !== read(taken))) return '';
  return 'If this is a repetition of it, nothing is left to do. ';
}
