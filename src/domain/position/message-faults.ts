import { isRecord, jsonBytes, showValue } from '../plain-values';
import type { ProtectionSettings } from '../protection/types';
import { REQUEST_ID_BYTES_MAX } from './book';
import { isOpener, isPositive } from './told-openers';
import { CLOSE_REASONS, OPENERS_MAX } from './types';

/** As JSON; a report with every field at its longest is smaller. */
const REPORT_BYTES_MAX = 8_000;
const TRADING_STATES: readonly unknown[] = ['active', 'reducing', 'halted'];
const NUMBERS = ['openedAtMs', 'updatedAtMs', 'sequence'];
const PRICES = ['size', 'entryPrice', 'markPrice'];
const OPTIONAL_PRICES = ['stopLoss', 'takeProfit', 'trailingDistance', 'liquidationPrice'];

const isSetting = {
  fraction: (value: unknown) => value === null || isPositive(value),
  count: (value: unknown) => Number.isFinite(value) && (value as number) >= 0,
  trigger: (value: unknown) => value === 'mark' || value === 'last',
};
const PROTECTION_FIELDS: Readonly<Record<keyof ProtectionSettings, (value: unknown) => boolean>> = {
  required: (value) => typeof value === 'boolean',
  stopLossFraction: isSetting.fraction,
  takeProfitFraction: isSetting.fraction,
  trailingFraction: isSetting.fraction,
  breakEvenFraction: isSetting.fraction,
  partialTakeProfitFraction: isSetting.fraction,
  partialTakeProfitShare: isPositive,
  maxHoldingMinutes: (value) => value === null || isSetting.count(value),
  stopDistanceMin: isPositive,
  stopDistanceMax: isPositive,
  stopTrigger: isSetting.trigger,
  targetTrigger: isSetting.trigger,
  unprotectedMaxSeconds: isSetting.count,
  closeUnprotectedAfterSeconds: isSetting.count,
  whileHalted: (value) => value === 'keep' || value === 'keepAndClose',
  moveLeast: isPositive,
  moveIntervalSeconds: isSetting.count,
};

/*
 * Anyone with the command line can send these messages: what a position is told must be of the shape that its rules count on,
 * for a workflow that throws stands still.
 */

/** @param report any value @returns what is wrong with it; undefined: nothing */
export function reportFault(report: unknown, symbol: string): string | undefined {
  if (!isRecord(report)) return `A report is an object, and not ${showValue(report)}.`;
  if (jsonBytes(report) > REPORT_BYTES_MAX) return `A report has at most ${REPORT_BYTES_MAX} bytes.`;
  const { asOfMs, row, openers, tradingState, closeAll, rules } = report;
  if (!Number.isSafeInteger(asOfMs) || (asOfMs as number) <= 0) return `asOfMs is no instant: ${showValue(asOfMs)}.`;
  if (!TRADING_STATES.includes(tradingState)) return `tradingState is none: ${showValue(tradingState)}.`;
  if (!Array.isArray(openers) || openers.some((opener) => !isOpener(opener))) return 'openers is no list of entries.';
  if (openers.length > 10 * OPENERS_MAX) return 'openers is too long a list.';
  if (closeAll !== undefined && !isCloseAll(closeAll)) return `closeAll is no wish to close: ${showValue(closeAll)}.`;
  const fault = rules === undefined ? undefined : rulesFault(rules);
  return fault ?? (row === null ? undefined : rowFault(row, symbol));
}

/** @param rules any value */
export function rulesFault(rules: unknown): string | undefined {
  if (!isRecord(rules) || !isRecord(rules['protection'])) return `The rules are none: ${showValue(rules)}.`;
  const { protection, foreign } = rules;
  if (foreign !== 'alert' && foreign !== 'protect') return `foreign is none: ${showValue(foreign)}.`;
  const wrong = Object.entries(PROTECTION_FIELDS).find(([name, isOne]) => !isOne(protection[name]));
  return wrong === undefined ? undefined : `${wrong[0]} is no such setting: ${showValue(protection[wrong[0]])}.`;
}

/** @param row any value */
export function rowFault(row: unknown, symbol: string): string | undefined {
  if (!isRecord(row)) return `A position's row is an object, and not ${showValue(row)}.`;
  if (row['symbol'] !== symbol)
    return `The row is of ${showValue(row['symbol'])}, and this is the position of ${symbol}.`;
  if (row['side'] !== 'LONG' && row['side'] !== 'SHORT') return `side is none: ${showValue(row['side'])}.`;
  const wrong =
    NUMBERS.find((key) => !Number.isSafeInteger(row[key])) ??
    PRICES.find((key) => !isPositive(row[key])) ??
    OPTIONAL_PRICES.find((key) => row[key] !== undefined && !isPositive(row[key]));
  if (wrong !== undefined) return `${wrong} is no such number: ${showValue(row[wrong])}.`;
  return typeof row['value'] === 'string' ? undefined : 'value is missing.';
}

/** @param command any value */
export function closeFault(command: unknown): string | undefined {
  const fault = requestFault(command);
  if (fault !== undefined) return fault;
  const { reason } = command as Record<string, unknown>;
  return CLOSE_REASONS.some((one) => one === reason) ? undefined : `reason is none: ${showValue(reason)}.`;
}

/** @param command any value */
export function protectFault(command: unknown): string | undefined {
  const fault = requestFault(command);
  if (fault !== undefined) return fault;
  const { stopLoss, takeProfit, trailingDistance, force } = command as Record<string, unknown>;
  if (stopLoss !== undefined && typeof stopLoss !== 'string')
    return 'stopLoss is no price: a stop can be moved, not removed.';
  const wrong = [takeProfit, trailingDistance].find(
    (leg) => leg !== undefined && leg !== null && typeof leg !== 'string',
  );
  if (wrong !== undefined) return `A price is a decimal string or null, and not ${showValue(wrong)}.`;
  return force === undefined || typeof force === 'boolean'
    ? undefined
    : `force is true or false, not ${showValue(force)}.`;
}

function requestFault(command: unknown): string | undefined {
  if (!isRecord(command)) return `A command is an object, and not ${showValue(command)}.`;
  const { requestId, words } = command;
  if (typeof requestId !== 'string' || requestId === '' || jsonBytes(requestId) > REQUEST_ID_BYTES_MAX) {
    return `requestId is a text of at most ${REQUEST_ID_BYTES_MAX} bytes, and not ${showValue(requestId)}.`;
  }
  return typeof words === 'string' ? undefined : `words is a text, and not ${showValue(words)}.`;
}

function isCloseAll(value: unknown): boolean {
  if (!isRecord(value) || typeof value['words'] !== 'string') return false;
  return CLOSE_REASONS.some((one) => one === value['reason']);
}
