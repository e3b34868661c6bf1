import type { HookSource } from '../config/hooks-schema';
import { fieldName, mapAlert } from '../domain/hooks/map-alert';
import type { TradingSignal } from '../domain/signal';
import { parseSignal } from '../intake/parse-signal';

const MINUTE_MS = 60_000;

/** What an alert asks for. */
export type InterpretedAlert =
  | { readonly wish: 'signal'; readonly signal: TradingSignal }
  /** All of a symbol's position is to be closed; the time says which position can be meant. */
  | { readonly wish: 'close'; readonly of: Pick<TradingSignal, 'symbol' | 'strategy' | 'timestampMs'> }
  | { readonly wish: 'none'; readonly message: string };

/**
 * Makes a signal of an alert, as its source is configured.
 *
 * @param body parsed
 * @param nowMs when it arrived, milliseconds UTC
 */
export function interpretAlert(source: HookSource, body: unknown, nowMs: number): InterpretedAlert {
  const mapped = mapAlert(source, body);
  if (!mapped.ok) return { wish: 'none', message: mapped.message };
  const arrived = source.timestampIs === 'arrival' ? { timestamp: nowMs } : {};
  // What closes has neither side nor size of its own; all else of it is judged as of any signal.
  const { symbol, strategy, timestamp } = mapped.fields;
  const fields =
    mapped.wish === 'close'
      ? { symbol, strategy, timestamp, direction: 'SELL', ...arrived }
      : { ...mapped.fields, ...arrived };
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const parsed = parseSignal(known, { nowMs, names: mapped.names });
  if (!parsed.ok) return { wish: 'none', message: parsed.message };
  const signal = { ...parsed.signal, timestampMs: parsed.signal.timestampMs + barMs(source) };
  return mapped.wish === 'close' ? { wish: 'close', of: signal } : { wish: 'signal', signal };
}

/** From the time that the alert says to that of its signal. */
function barMs({ timestampIs, barMinutes = 0 }: HookSource): number {
  return timestampIs === 'barOpen' ? barMinutes * MINUTE_MS : 0;
}

/** What to do about a time that is refused: a sentence with the blank before it; empty: the refusal says it. */
export function timeHint(source: HookSource, code: string): string {
  const name = fieldName(source, 'timestamp');
  if (code === 'STALE_SIGNAL' && source.timestampIs === 'fired') {
    return ` If ${name} holds TradingView's {{time}}, that is the opening of the bar: put {{timenow}} there, or set timestampIs: barOpen and barMinutes.`;
  }
  if (code === 'SIGNAL_FROM_FUTURE' && source.timestampIs === 'barOpen') {
    return ` The alert fired before its bar of ${source.barMinutes ?? 0} min had closed: let it fire once per bar close, correct barMinutes, or put {{timenow}} there and set timestampIs: fired.`;
  }
  return '';
}
