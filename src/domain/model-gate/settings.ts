import { parseDecimal } from '../decimal';
import { isRecord } from '../plain-values';
import { GATES, STOP_SOURCES, type GateSettings } from './types';

const NUMBERS = [
  'minimumReturn',
  'slippageMargin',
  'stopVolatilityMultiple',
  'targetVolatilityMultiple',
  'stopDistanceMin',
  'stopDistanceMax',
] as const;
/** Absent in settings of before they were there. */
const LATER_NUMBERS = [
  'netGainChanceMin',
  'assumedCosts',
  'coverageMin',
  'stopAdverseMultiple',
  'riskPerTrade',
] as const;
const LATER_COUNTS = ['modelAgeMaxDays', 'coverageOutcomes'] as const;

/** Whether any value can be judged by. Who knows the workflow's name can send one. */
export function areGateSettings(value: unknown): value is GateSettings {
  if (!isRecord(value) || !GATES.some((gate) => gate === value['gate'])) return false;
  if (typeof value['strategy'] !== 'string' || NUMBERS.some((name) => parseDecimal(value[name]) === undefined)) {
    return false;
  }
  const [horizon, coolDown] = [value['horizonMinutes'], value['coolDownMinutes']] as [number, number];
  if (!(Number.isSafeInteger(horizon) && horizon > 0 && Number.isSafeInteger(coolDown) && coolDown >= 0)) return false;
  return areLaterSettings(value);
}

function areLaterSettings(value: Readonly<Record<string, unknown>>): boolean {
  const { stopFrom } = value;
  return (
    LATER_NUMBERS.every((name) => value[name] === undefined || parseDecimal(value[name]) !== undefined) &&
    LATER_COUNTS.every((name) => value[name] === undefined || isCount(value[name])) &&
    (stopFrom === undefined || STOP_SOURCES.some((source) => source === stopFrom))
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
