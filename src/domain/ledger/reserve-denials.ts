import type { Decimal } from 'decimal.js';
import type { Denial } from '../denial';
import { ExactDecimal, formatDecimal } from '../decimal';
import { accountOf, freeFunds } from './accounts';
import { PENDING_RESERVATIONS_MAX } from './state';
import type { EndedHow, LedgerState } from './state';
import type { ReserveCommand } from './types';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * Why no new reservation is made, whatever it needs; undefined: nothing is against it.
 *
 * @param how the id ended before
 */
export function denialOf(
  state: LedgerState,
  command: ReserveCommand,
  how: EndedHow | undefined,
  nowMs: number,
): Denial | undefined {
  return endedDenial(how) ?? expiryDenial(command, nowMs) ?? tradingStateDenial(state, command) ?? boundDenial(state);
}

function endedDenial(how: EndedHow | undefined): Denial | undefined {
  if (how === undefined) return undefined;
  return { code: 'SIGNAL_ENDED', message: 'The signal ended before its funds were reserved. Send a new signal.' };
}

/** Its own words say it, whenever it is asked: no need to remember it. */
function expiryDenial({ expiresAtMs }: ReserveCommand, nowMs: number): Denial | undefined {
  if (expiresAtMs === undefined || nowMs <= expiresAtMs) return undefined;
  return {
    code: 'SIGNAL_EXPIRED',
    message: `The signal's time to live passed ${spanInWords(nowMs - expiresAtMs)} before its funds were reserved. Send a new signal.`,
  };
}

function tradingStateDenial(state: LedgerState, command: ReserveCommand): Denial | undefined {
  if (state.tradingState === 'halted') {
    return {
      code: 'TRADING_HALTED',
      message: 'Trading is halted: nothing is sent. Resume trading, then send a new signal.',
    };
  }
  if (state.tradingState === 'reducing' && command.intent === 'entry') {
    return {
      code: 'REDUCE_ONLY',
      message: 'Only exits are accepted while trading is reducing. Resume trading, then send a new signal.',
    };
  }
  return undefined;
}

function boundDenial(state: LedgerState): Denial | undefined {
  if (state.pending.length < PENDING_RESERVATIONS_MAX) return undefined;
  return {
    code: 'TOO_MANY_RESERVATIONS',
    message: `${state.pending.length} reservations are pending, the most the ledger holds. Wait until orders end, then send a new signal.`,
  };
}

/**
 * Why what it needs is not there; undefined: it is.
 *
 * @param amount what would be held; at most what is asked for
 */
export function fundsDenial(
  state: LedgerState,
  command: ReserveCommand,
  amount: Decimal,
  nowMs: number,
): Denial | undefined {
  if (new ExactDecimal(command.amount).isZero()) return undefined;
  if (state.asOfMs === 0) {
    return {
      code: 'NO_BALANCE_KNOWN',
      message: 'The venue has not reported its balances yet. Send a new signal after its first report.',
    };
  }
  const outdated = ageDenial(state, nowMs);
  if (outdated !== undefined) return outdated;
  const free = freeFunds(accountOf(state, command.asset));
  if (amount.lessThanOrEqualTo(free)) return undefined;
  const shown = formatDecimal(ExactDecimal.max(free, 0));
  return {
    code: 'INSUFFICIENT_FUNDS',
    message: `The order needs ${formatDecimal(amount)} ${command.asset} and ${shown} is free. Add funds or send a smaller order.`,
  };
}

/**
 * Whether funds are lent from no report at present. One from ahead of our clock was applied before the clock was set back:
 * how old it is cannot be told.
 */
export function areBalancesOutdated({ asOfMs, reportedAtMs, reportAgeMaxMs }: LedgerState, nowMs: number): boolean {
  return asOfMs > 0 && reportAgeMaxMs !== undefined && Math.abs(nowMs - reportedAtMs) > reportAgeMaxMs;
}

function ageDenial(state: LedgerState, nowMs: number): Denial | undefined {
  if (!areBalancesOutdated(state, nowMs)) return undefined;
  const { reportedAtMs, reportAgeMaxMs = 0 } = state;
  const ageMs = nowMs - reportedAtMs;
  const age =
    reportedAtMs === 0
      ? 'are of unknown age'
      : ageMs < 0
        ? `were reported ${spanInWords(-ageMs)} ahead of our clock`
        : `were reported ${spanInWords(ageMs)} ago`;
  return {
    code: 'BALANCES_OUTDATED',
    message: `The balances ${age}; funds are lent from reports of at most ${spanInWords(reportAgeMaxMs)}. The signal waits for the venue's next report.`,
  };
}

/** `90 s`, `12 min`, `3 h`, `30 days`. */
function spanInWords(spanMs: number): string {
  if (spanMs < 2 * MINUTE_MS) return `${Math.round(spanMs / 1_000)} s`;
  if (spanMs < 2 * HOUR_MS) return `${Math.round(spanMs / MINUTE_MS)} min`;
  if (spanMs < 2 * DAY_MS) return `${Math.round(spanMs / HOUR_MS)} h`;
  return `${Math.round(spanMs / DAY_MS)} days`;
}
