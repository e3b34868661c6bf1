import type { AuditEntry } from '../access/audit';
import type { Config } from '../config/schema';
import type { HookSource } from '../config/hooks-schema';
import { faultOfSymbol } from '../config/traded-symbols';
import { checkSignalTime, type TradingSignal } from '../domain/signal';
import { fingerprintOf } from '../intake/fingerprint';
import { type IntakeResult, IntakeUnavailableError, type SignalIntake } from '../intake/types';
import type { HookResult } from '../observability/metrics/hook-metrics';
import { OtherStoreError } from '../temporal/errors';
import { closePosition, type ClosablePositions } from './close-position';
import { HookError } from './hook-error';
import { timeHint, type InterpretedAlert } from './interpret-alert';

/** What an alert came to, for its sender and for our records. */
export interface AlertOutcome {
  readonly statusCode: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly result: HookResult;
  readonly audited: Pick<AuditEntry, 'what' | 'target' | 'result' | 'detail'>;
}

export interface AlertDesk {
  readonly config: Config;
  readonly intake: Pick<SignalIntake, 'submit'>;
  readonly positions: ClosablePositions;
}

/** What else than success a signal comes to later may change; these never do. */
const PASSING_CODES: readonly string[] = ['STRATEGY_BUDGET', 'SIGNAL_BUDGET', 'TOO_MANY_SIGNALS', 'DISK_LOW'];

/**
 * Does what an alert of somebody who may send it asks for.
 *
 * @throws HookError for what could not be done now
 */
export async function takeAlert(
  desk: AlertDesk,
  name: string,
  source: HookSource,
  alert: Exclude<InterpretedAlert, { wish: 'none' }>,
): Promise<AlertOutcome> {
  try {
    if (alert.wish === 'close') return await takeClose(desk, name, source, alert.of);
    return describeResult(await desk.intake.submit(alert.signal, { by: 'hook', name }), source);
  } catch (error) {
    if (error instanceof OtherStoreError) throw new HookError('OTHER_STORE');
    if (error instanceof IntakeUnavailableError) throw new HookError('SERVER_UNAVAILABLE');
    throw error;
  }
}

async function takeClose(
  { config, positions }: AlertDesk,
  name: string,
  source: HookSource,
  of: Pick<TradingSignal, 'symbol' | 'strategy' | 'timestampMs'>,
): Promise<AlertOutcome> {
  const fault = closeFault(config, of, Date.now());
  if (fault) return refused(source, 'position.close', fault);
  const { status, message } = await closePosition(positions, of, name);
  const result = status === 'closing' ? 'accepted' : 'nothing_open';
  return {
    statusCode: 200,
    body: { status: result, symbol: of.symbol, message },
    result,
    audited: { what: 'position.close', target: of.symbol, result: 'done', detail: message },
  };
}

/** What of a wish to close never will be done; undefined: nothing. */
export function closeFault(
  config: Config,
  { symbol, timestampMs }: Pick<TradingSignal, 'symbol' | 'timestampMs'>,
  nowMs: number,
): { readonly code: string; readonly message: string } | undefined {
  const timeFault = checkSignalTime(timestampMs, nowMs, config.signals.dedupWindowSeconds * 1_000);
  if (timeFault) return timeFault;
  const fault = faultOfSymbol(symbol, config);
  return fault && { code: 'UNKNOWN_SYMBOL', message: fault.message };
}

function refused(
  source: HookSource,
  what: AuditEntry['what'],
  { code, message }: { readonly code: string; readonly message: string },
): AlertOutcome {
  const isPassing = PASSING_CODES.includes(code);
  return {
    // Senders such as TradingView send again what is answered so, and nothing else.
    statusCode: isPassing ? 503 : 422,
    body: { code, message: `${message}${timeHint(source, code)}` },
    result: isPassing ? 'unavailable' : 'refused',
    audited: { what, target: '', result: 'refused', detail: code },
  };
}

function describeResult(result: IntakeResult, source: HookSource): AlertOutcome {
  const what = 'signal.send';
  switch (result.status) {
    case 'accepted': {
      const { fingerprint, repeated } = result;
      return {
        statusCode: 200,
        body: { status: 'accepted', fingerprint, ...(repeated && { repeated }) },
        result: repeated ? 'repeated' : 'accepted',
        audited: { what, target: fingerprint, result: 'done', detail: repeated ? 'repeated' : undefined },
      };
    }
    case 'duplicate': {
      const { fingerprint, message } = result;
      return {
        statusCode: 409,
        body: { code: 'CONFLICTING', fingerprint, message },
        result: 'conflicting',
        audited: { what, target: fingerprint, result: 'refused', detail: 'conflicting' },
      };
    }
    case 'refused':
      return refused(source, what, result);
  }
}

/** Under what an alert is known when no answer came in time; empty: it has no fingerprint. */
export function targetOf(alert: Exclude<InterpretedAlert, { wish: 'none' }>): string {
  return alert.wish === 'signal' ? fingerprintOf(alert.signal) : alert.of.symbol;
}
