import type { TimeInForce, TradingSignal } from './signal';

export const TIMES_IN_FORCE = ['GTC', 'IOC', 'FOK', 'POST_ONLY'] as const satisfies readonly TimeInForce[];

/** The longest time to live of a limit order, 30 days: what is to stay longer is GTC, and cancelled by a person. */
export const GOOD_FOR_SECONDS_MAX = 2_592_000;

/** What the options are called where a person reads of them: by the spelling of the field, or the option of a command. */
export interface OptionNames {
  readonly timeInForce: string;
  readonly goodForSeconds: string;
  readonly limitPrice: string;
}

type OrderOptions = Pick<TradingSignal, 'limitPrice' | 'timeInForce' | 'goodForSeconds'>;

/** Why options of an order make no sense together, a sentence; undefined: they do. */
export function orderOptionsFault(options: OrderOptions, names: OptionNames): string | undefined {
  const { limitPrice, timeInForce, goodForSeconds } = options;
  const given = timeInForce === undefined ? names.goodForSeconds : names.timeInForce;
  if (timeInForce === undefined && goodForSeconds === undefined) return undefined;
  if (limitPrice === undefined) {
    return `${given} is for limit orders, and the signal has no ${names.limitPrice}: a market order fills at once. Leave it out, or give a ${names.limitPrice}.`;
  }
  if (goodForSeconds === undefined) return undefined;
  if (timeInForce === 'GTC') {
    return `${names.timeInForce} is GTC, which has no end of its own, and ${names.goodForSeconds} names one: give one of them.`;
  }
  if (timeInForce === 'IOC' || timeInForce === 'FOK') {
    return `${names.timeInForce} is ${timeInForce}, which never rests, and ${names.goodForSeconds} says how long it rests: give one of them.`;
  }
  return undefined;
}

/** Why a venue cannot take an order with this option, a sentence; undefined: it can. */
export function notOfferedFault(
  timeInForce: TimeInForce | undefined,
  offered: readonly TimeInForce[],
  venue: string,
): string | undefined {
  if (timeInForce === undefined || offered.includes(timeInForce)) return undefined;
  const known = offered.length === 0 ? 'none' : offered.join(', ');
  return `${venue} has no time in force ${timeInForce} (it has ${known}): leave it out, or choose another one.`;
}

/** Until when what concerns a signal may happen, milliseconds UTC. */
export interface SignalLife {
  /** Nothing is sent later. */
  readonly expiresAtMs: number;
  /** What still rests then is cancelled; null: it rests until somebody cancels it. Absent: the same as `expiresAtMs`. */
  readonly restsUntilMs?: number | null;
}

/**
 * A signal's life. Its own seconds never make it wait longer to be sent than others do: what is sized at one price and sent
 * hours later is another order than the one that was wished for.
 *
 * @param fromMs from when on it counts, milliseconds UTC
 * @param timeToLiveSeconds of signals that name none
 */
export function lifeOf(
  { timeInForce, goodForSeconds }: Pick<TradingSignal, 'timeInForce' | 'goodForSeconds'>,
  fromMs: number,
  timeToLiveSeconds: number,
): SignalLife {
  const expiresAtMs = fromMs + Math.min(timeToLiveSeconds, goodForSeconds ?? Infinity) * 1_000;
  if (timeInForce === 'GTC') return { expiresAtMs, restsUntilMs: null };
  return goodForSeconds === undefined
    ? { expiresAtMs }
    : { expiresAtMs, restsUntilMs: fromMs + goodForSeconds * 1_000 };
}

/** Whether an order of it may be in the venue's book for longer than a signal usually lives. */
export function mayRestLong({
  timeInForce,
  goodForSeconds,
}: Pick<TradingSignal, 'timeInForce' | 'goodForSeconds'>): boolean {
  return timeInForce === 'GTC' || goodForSeconds !== undefined;
}

/** Whether it is over within moments of its acceptance, in one way or the other. */
export function endsAtOnce({ limitPrice, timeInForce }: Pick<TradingSignal, 'limitPrice' | 'timeInForce'>): boolean {
  return limitPrice === undefined || timeInForce === 'IOC' || timeInForce === 'FOK';
}
