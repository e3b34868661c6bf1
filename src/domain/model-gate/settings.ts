import { parseDecimal } from '../decimal';
import { isRecord } from '../plain-values';
import { GATES, type GateSettings } from './types';

const NUMBERS = [
  'minimumReturn',
  'slippageMargin',
  'stopVolatilityMultiple',
  'targetVolatilityMultiple',
  'stopDistanceMin',
  'stopDistanceMax',
] as const;

/** Whether any value can be judged by. Who knows the workflow's name can send one. */
export function areGateSettings(value: unknown): value is GateSettings {
  if (!isRecord(value) || !GATES.some((gate) => gate === value['gate'])) return false;
  if (typeof value['strategy'] !== 'string' || NUMBERS.some((name) => parseDecimal(value[name]) === undefined)) {
    return false;
  }
  const [horizon, coolDown] = [value['horizonMinutes'], value['coolDownMinutes']] as [number, number];
  return Number.isSafeInteger(horizon) && horizon > 0 && Number.isSafeInteger(coolDown) && coolDown >= 0;
}
