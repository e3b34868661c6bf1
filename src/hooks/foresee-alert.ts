import type { Config } from '../config/schema';
import type { HookSource } from '../config/hooks-schema';
import { faultOfSymbol } from '../config/traded-symbols';
import { checkSignalTime, type TradingSignal } from '../domain/signal';
import { quoteValue } from '../domain/quote-value';
import { fingerprintOf } from '../intake/fingerprint';
import type { Secret } from '../secrets/secret';
import { bodySecretFault } from './authenticate';
import { interpretAlert, timeHint } from './interpret-alert';
import { readAlertBody } from './read-body';
import { closeFault } from './take-alert';

/** What would become of an alert, as far as this machine can tell without asking anybody. */
export interface ForeseenAlert {
  /** `not checked`: it stands in no body, or none is known here. */
  readonly secret: 'right' | 'wrong' | 'not checked';
  readonly wish?: 'signal' | 'close';
  readonly signal?: TradingSignal;
  /** Of `close`. */
  readonly symbol?: string;
  readonly fingerprint?: string;
  /** The first thing that stands in its way; absent: it would be taken. */
  readonly refusal?: { readonly code: string; readonly message: string };
}

/**
 * Judges an alert as the hooks would, and sends nothing. What only the running product knows (budgets, whether it was taken before,
 * which position is open) is not asked.
 *
 * @param secrets those of the source; undefined: they are not known here
 * @param nowMs when it would arrive, milliseconds UTC
 */
export function foreseeAlert(
  config: Config,
  source: HookSource,
  secrets: readonly Secret[] | undefined,
  bytes: Buffer,
  nowMs: number,
): ForeseenAlert {
  if (bytes.length > config.hooks.bodyLimitBytes) {
    const message = `The body has ${bytes.length} bytes, and hooks.bodyLimitBytes is ${config.hooks.bodyLimitBytes}: send less, or raise it.`;
    return { secret: 'not checked', refusal: { code: 'BODY_TOO_LARGE', message } };
  }
  const read = readAlertBody(source, bytes);
  if ('fault' in read) return { secret: 'not checked', refusal: { code: 'MALFORMED_BODY', message: read.fault } };
  const isAsked = source.authentication === 'body' && secrets !== undefined;
  const secretFault = isAsked ? bodySecretFault(source, secrets, read.value) : undefined;
  const secret = isAsked ? (secretFault === undefined ? 'right' : 'wrong') : 'not checked';
  const first = secretFault === undefined ? undefined : { code: 'UNAUTHENTICATED', message: secretFault };
  const alert = interpretAlert(source, read.value, nowMs);
  switch (alert.wish) {
    case 'none':
      return { secret, refusal: first ?? { code: 'INVALID_ALERT', message: alert.message } };
    case 'close': {
      const refusal = first ?? withHint(source, closeFault(config, alert.of, nowMs));
      return { secret, wish: 'close', symbol: alert.of.symbol, ...(refusal && { refusal }) };
    }
    case 'signal': {
      const { signal } = alert;
      const refusal = first ?? withHint(source, signalFault(config, signal, nowMs));
      return { secret, wish: 'signal', signal, fingerprint: fingerprintOf(signal), ...(refusal && { refusal }) };
    }
  }
}

function withHint(source: HookSource, fault: { readonly code: string; readonly message: string } | undefined) {
  return fault && { code: fault.code, message: `${fault.message}${timeHint(source, fault.code)}` };
}

/** What intake refuses of a signal without asking the server. */
function signalFault(config: Config, { symbol, strategy, timestampMs }: TradingSignal, nowMs: number) {
  const { signals, ml } = config;
  const timeFault = checkSignalTime(timestampMs, nowMs, signals.dedupWindowSeconds * 1_000);
  if (timeFault) return timeFault;
  const symbolFault = faultOfSymbol(symbol, config);
  if (symbolFault) return { code: 'UNKNOWN_SYMBOL', message: symbolFault.message };
  if (signals.strategies === undefined || strategy === ml.strategy || signals.strategies.includes(strategy))
    return undefined;
  const message = `The strategy ${quoteValue(strategy)} may not trade here; signals.strategies lists those that may.`;
  return { code: 'UNKNOWN_STRATEGY', message };
}
