import type { Decimal } from 'decimal.js';
import { ExactDecimal, parseSignedDecimal } from '../decimal';
import type { Denial } from '../denial';
import { dayOf } from './book';
import type { Circumstances, Entry } from './entry';
import { Exposure } from './exposure';
import { MONEY_LOG_LAG_MS } from './money';
import type { RiskSettings } from './types';
import { moneyWords, percentWords } from './words';

/** Denials for what an entry would make of all that is open: they need the venue's reports. */
export function boundsDenial(entry: Entry, at: Circumstances): Denial | undefined {
  const { book, terms, pending } = at;
  const { risk } = terms;
  if (!needsExposure(risk) && !needsEquity(risk)) return undefined;
  const unknownMoney = moneyDenial(entry, at);
  if (unknownMoney) return unknownMoney;
  if (!needsExposure(risk)) return undefined;
  const exposure = new Exposure(book, pending);
  const missing = exposure.missing;
  if (missing !== undefined) {
    return {
      code: 'RISK_UNKNOWN',
      message: `${missing}, so that what is at risk is not known. The signal waits until it is.`,
    };
  }
  return (
    countDenial(entry, exposure, risk) ??
    valueDenial(entry, exposure, risk, new ExactDecimal(book.money.equity?.amount ?? 0))
  );
}

function needsExposure({ perSymbol, total, groups, positionsMax }: RiskSettings): boolean {
  return perSymbol !== null || total !== null || positionsMax !== null || Object.keys(groups).length > 0;
}

function needsEquity({ perSymbol, total, groups, dailyLossFraction, drawdownFraction }: RiskSettings): boolean {
  const isOfValues = perSymbol !== null || total !== null || Object.keys(groups).length > 0;
  return isOfValues || dailyLossFraction !== null || drawdownFraction !== null;
}

function moneyDenial(
  { asset }: Entry,
  { book, terms: { risk }, areBalancesOutdated, nowMs }: Circumstances,
): Denial | undefined {
  if (!needsEquity(risk)) return undefined;
  const { equity, day, suspectSinceMs, risenAtMs } = book.money;
  const unknown = (why: string): Denial => ({ code: 'RISK_UNKNOWN', message: why });
  if (equity === undefined || equity.asset !== asset || parseSignedDecimal(equity.amount) === undefined) {
    return unknown(
      `The account's equity in ${asset} is not known. The signal waits for the venue's next report of balances.`,
    );
  }
  if (areBalancesOutdated) {
    return unknown(`The account's equity is out of date. The signal waits for the venue's next report of balances.`);
  }
  if (risk.dailyLossFraction !== null && day?.dayMs !== dayOf(nowMs)) {
    return unknown('The equity at 00:00 UTC is not known. The signal waits until the venue has told its money log.');
  }
  if (suspectSinceMs === undefined && risenAtMs !== undefined) {
    return unknown(
      `The equity rose by so much that a transfer may hide a loss. The signal waits until the venue's money log has shown, ${MONEY_LOG_LAG_MS / 1_000} s later, what it was.`,
    );
  }
  if (suspectSinceMs === undefined) return undefined;
  return unknown(
    `A limit of losses seems to be reached. The signal waits until the venue's money log has shown, ${MONEY_LOG_LAG_MS / 1_000} s later, whether it was a transfer.`,
  );
}

function countDenial({ symbol }: Entry, { symbols }: Exposure, { positionsMax }: RiskSettings): Denial | undefined {
  if (positionsMax === null || symbols.has(symbol) || symbols.size < positionsMax) return undefined;
  return {
    code: 'TOO_MANY_POSITIONS',
    message: `${symbols.size} symbols have a position or a pending entry; the limit is ${positionsMax}. No entry in another is taken until one is closed.`,
  };
}

function valueDenial(entry: Entry, exposure: Exposure, risk: RiskSettings, equity: Decimal): Denial | undefined {
  const { symbol, direction, value, asset } = entry;
  const beyond = (open: Decimal, multiple: string | null): string | undefined => {
    if (multiple === null) return undefined;
    const limit = ExactDecimal.max(equity, 0).times(multiple);
    const sum = open.plus(value);
    if (sum.lessThanOrEqualTo(limit)) return undefined;
    return (
      `${moneyWords(sum)} ${asset} with this order (${moneyWords(open)} without); the limit is ${moneyWords(limit)}, ` +
      `${percentWords(multiple)} of the equity of ${moneyWords(equity)}. Send a smaller order, or wait until less is open.`
    );
  };
  const ofSymbol = beyond(exposure.of(symbol), risk.perSymbol);
  if (ofSymbol) return { code: 'POSITION_TOO_LARGE', message: `${symbol} would be worth ${ofSymbol}` };
  const ofAll = beyond(exposure.total, risk.total);
  if (ofAll) return { code: 'EXPOSURE_LIMIT', message: `All positions together would be worth ${ofAll}` };
  for (const [name, { symbols, limit }] of Object.entries(risk.groups)) {
    const ofGroup = symbols.includes(symbol) && beyond(exposure.ofGroup(symbols, direction), limit);
    const side = direction === 'BUY' ? 'longs' : 'shorts';
    if (ofGroup)
      return { code: 'GROUP_EXPOSURE_LIMIT', message: `The ${side} of the group ${name} would be worth ${ofGroup}` };
  }
  return undefined;
}
