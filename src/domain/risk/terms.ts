import { parseDecimal } from '../decimal';
import { isRecord, jsonBytes } from '../plain-values';
import { GROUPS_MAX, RISK_TERMS_BYTES_MAX } from './types';

const COUNTS = ['positionsMax', 'entriesPerMinute', 'entriesPerDay', 'lossStreak'] as const;
const FRACTIONS = ['perSymbol', 'total', 'dailyLossFraction', 'drawdownFraction'] as const;
const MINUTES = ['lossStreakMinutes', 'coolDownMinutes', 'coolDownAfterStopMinutes'] as const;

/**
 * What is wrong with terms of risk; undefined: nothing, or there are none. Whatever is compared later is looked at, for anyone
 * with the command line can send some.
 */
export function riskTermsFault(terms: unknown): string | undefined {
  if (terms === undefined) return undefined;
  if (!isRecord(terms) || !isRecord(terms.positions) || !isRecord(terms.risk))
    return 'riskTerms name no positions or no risk.';
  if (jsonBytes(terms) > RISK_TERMS_BYTES_MAX)
    return `riskTerms have more than ${RISK_TERMS_BYTES_MAX} bytes; name fewer groups.`;
  return (
    positionsFault(terms.positions) ??
    riskFault(terms.risk) ??
    spanFault('unprotectedMaxMs', terms.unprotectedMaxMs) ??
    spanFault('positionLagMs', terms.positionLagMs)
  );
}

type Fields = Readonly<Record<string, unknown>>;

function positionsFault({ adds, onOpposite, reportIntervalSeconds }: Fields): string | undefined {
  if (!isCount(adds)) return 'positions.adds must be a whole number, zero or more.';
  if (onOpposite !== 'exit' && onOpposite !== 'deny' && onOpposite !== 'net')
    return 'positions.onOpposite is not known.';
  if (isCount(reportIntervalSeconds) && reportIntervalSeconds > 0) return undefined;
  return 'positions.reportIntervalSeconds must be a whole number above zero.';
}

function riskFault(risk: Fields): string | undefined {
  for (const name of COUNTS) {
    if (risk[name] !== null && !isCount(risk[name])) return `risk.${name} must be a whole number or null.`;
  }
  for (const name of FRACTIONS) {
    if (risk[name] !== null && parseDecimal(risk[name]) === undefined)
      return `risk.${name} must be a decimal string or null.`;
  }
  for (const name of MINUTES) {
    if (!isCount(risk[name])) return `risk.${name} must be whole minutes, zero or more.`;
  }
  const { groups } = risk;
  if (!isRecord(groups) || Object.keys(groups).length > GROUPS_MAX)
    return `risk.groups must be a map of at most ${GROUPS_MAX}.`;
  const isGroup = (group: unknown): boolean =>
    isRecord(group) && Array.isArray(group.symbols) && parseDecimal(group.limit) !== undefined;
  return Object.values(groups).every(isGroup) ? undefined : 'Each of risk.groups needs symbols and a limit.';
}

function spanFault(name: string, span: unknown): string | undefined {
  return span === undefined || isCount(span) ? undefined : `${name} must be milliseconds, zero or more.`;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
