import type { Decimal } from 'decimal.js';
import { formatDecimal, parseDecimal } from '../decimal';
import { isDenial, type Denial } from '../denial';
import type { OrderPlan } from '../market';
import type { TradingSignal } from '../signal';
import { entryPointOf, gainingPrice, losingPrice, parsePositive, type Entry, type EntryPoint } from './entry-point';
import { roundDistance, roundStop, roundTarget } from './price-steps';
import type { ProtectionSettings } from './types';
import { checkDistance, checkStop, checkTarget } from './validity';

/** What decides how entries are guarded, beside their signals. */
export interface ProtectionTerms {
  readonly settings: ProtectionSettings;
  /** Whether the venue takes a stop in the same request as the entry: otherwise the position is unguarded at first. */
  readonly isAttachable: boolean;
}

/** What of a plan says how its position is guarded; empty: not at all. */
export type PlanProtection = Pick<
  OrderPlan,
  'stopLoss' | 'takeProfit' | 'stopTrigger' | 'targetTrigger' | 'trailingDistance' | 'maxHoldingSeconds'
>;

const SECONDS_PER_MINUTE = 60;

/**
 * How the position that an entry opens is guarded: as its signal says, and where it says nothing as the settings do. A
 * distance or a fraction of a stop counts from the price that the order is expected to fill at, one of a target from the worst
 * that it may fill at. A trailing distance without a stop
 * gives one: that is where its stop begins.
 *
 * @returns NO_STOP where there is none and one is required, STOP_INVALID or STOP_BEYOND_LIQUIDATION where one could not
 *   guard it; VENUE_UNAVAILABLE and INVALID_SIGNAL for figures that cannot be read
 */
export function protectionOf(
  signal: TradingSignal,
  entry: Entry,
  { settings, isAttachable }: ProtectionTerms,
): PlanProtection | Denial {
  const point = entryPointOf(entry, settings);
  if (isDenial(point)) return point;
  const trailing = distanceOf(signal.trailingDistance, settings.trailingFraction, point);
  const stop = stopOf(signal, point, settings, trailing);
  const target = targetOf(signal, point, settings);
  if (stop === undefined && settings.required) return noStop();
  const isNamed = namesPrices(signal);
  if (!isAttachable && (isNamed || settings.required)) return notAttachable();
  const fault = faultOf({ stop, target, trailing }, point);
  if (fault !== undefined) return fault;
  const { maxHoldingMinutes } = settings;
  const byRule = maxHoldingMinutes === null ? undefined : maxHoldingMinutes * SECONDS_PER_MINUTE;
  const maxHoldingSeconds = signal.maxHoldingSeconds ?? byRule;
  return {
    ...(isAttachable && stop !== undefined ? { stopLoss: formatDecimal(stop), stopTrigger: settings.stopTrigger } : {}),
    ...(isAttachable && target !== undefined
      ? { takeProfit: formatDecimal(target), targetTrigger: settings.targetTrigger }
      : {}),
    ...(trailing === undefined ? {} : { trailingDistance: formatDecimal(trailing) }),
    ...(maxHoldingSeconds === undefined ? {} : { maxHoldingSeconds }),
  };
}

/**
 * Judges a plan's stop and target again at today's price: a market order may have waited since it was planned. A stop that
 * was passed meanwhile would close the position at once, or have the order refused.
 *
 * @returns undefined where they can still guard it; otherwise PRICE_MOVED, or STOP_BEYOND_LIQUIDATION
 */
export function protectionMoveDenial(
  plan: OrderPlan,
  at: Pick<Entry, 'market' | 'ticker' | 'leverage'>,
  settings: ProtectionSettings,
): Denial | undefined {
  const [stop, target] = [parseDecimal(plan.stopLoss), parseDecimal(plan.takeProfit)];
  if (plan.reduceOnly || (stop === undefined && target === undefined)) return undefined;
  const point = entryPointOf({ ...at, direction: plan.direction }, settings);
  if (isDenial(point)) return point;
  const fault = faultOf({ stop, target }, point);
  if (fault?.code !== 'STOP_INVALID') return fault;
  return { code: 'PRICE_MOVED', message: `The price moved while the order waited. ${fault.message}` };
}

interface Prices {
  readonly stop?: Decimal;
  readonly target?: Decimal;
  /** A distance. */
  readonly trailing?: Decimal;
}

function faultOf({ stop, target, trailing }: Prices, point: EntryPoint): Denial | undefined {
  return (
    (stop && checkStop(stop, point)) ??
    (target && checkTarget(target, point)) ??
    (trailing && checkDistance('trailing stop', trailing, point))
  );
}

/** On the price step; it may lie anywhere. */
function stopOf(
  { stopLoss, stopLossDistance }: TradingSignal,
  point: EntryPoint,
  { stopLossFraction }: ProtectionSettings,
  trailing: Decimal | undefined,
): Decimal | undefined {
  const distance = readDistance(stopLossDistance, stopLossFraction, point.price) ?? trailing;
  const asked = parsePositive(stopLoss) ?? (distance && losingPrice(point, distance));
  return asked && roundStop(point.side, asked, point.step);
}

function targetOf(
  { takeProfit, takeProfitDistance }: TradingSignal,
  point: EntryPoint,
  { takeProfitFraction }: ProtectionSettings,
): Decimal | undefined {
  const distance = readDistance(takeProfitDistance, takeProfitFraction, point.targetBase);
  const asked = parsePositive(takeProfit) ?? (distance && gainingPrice(point, distance));
  return asked && roundTarget(point.side, asked, point.step);
}

function distanceOf(text: string | undefined, fraction: string | null, point: EntryPoint): Decimal | undefined {
  const distance = readDistance(text, fraction, point.price);
  return distance && roundDistance(distance, point.step);
}

/** A signal's own distance, or a fraction of a price. */
function readDistance(text: string | undefined, fraction: string | null, price: Decimal): Decimal | undefined {
  return parsePositive(text) ?? parsePositive(fraction)?.times(price);
}

/** Whether a person or a program named prices that would be left out without a word. */
function namesPrices({ stopLoss, stopLossDistance, takeProfit, takeProfitDistance }: TradingSignal): boolean {
  return [stopLoss, stopLossDistance, takeProfit, takeProfitDistance].some((price) => price !== undefined);
}

function noStop(): Denial {
  return {
    code: 'NO_STOP',
    message:
      'The signal names no stop, and no rule gives it one (protection.stopLossFraction is null). Send a stop_loss or a stop_loss_distance, or set the rule.',
  };
}

function notAttachable(): Denial {
  return {
    code: 'NO_STOP',
    message:
      'The exchange takes no stop in the same request as the entry, so that the position would be unguarded at first. Trade elsewhere, or allow it (protection.required: false) and send no prices with the signal.',
  };
}
