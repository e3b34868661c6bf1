import type { GateSettings } from '../domain/model-gate/types';
import type { Config } from './schema';
import { environmentOf } from './trading-environment';

/** How the model's predictions become signals. */
export function gateSettingsOf(config: Config): GateSettings {
  const { ml, protection } = config;
  return {
    gate: ml.gate ?? (environmentOf(config) === 'paper' ? 'demo' : 'costs'),
    strategy: ml.strategy,
    minimumReturn: ml.minimumReturn,
    slippageMargin: ml.slippageMargin,
    horizonMinutes: ml.horizonMinutes,
    coolDownMinutes: ml.coolDownMinutes,
    stopVolatilityMultiple: ml.stopVolatilityMultiple,
    targetVolatilityMultiple: ml.targetVolatilityMultiple,
    stopDistanceMin: protection.stopDistanceMin,
    stopDistanceMax: protection.stopDistanceMax,
    netGainChanceMin: ml.netGainChanceMin,
    assumedCosts: ml.assumedCosts,
    ...(ml.modelAgeMaxDays !== undefined && { modelAgeMaxDays: ml.modelAgeMaxDays }),
    coverageMin: ml.coverageMin,
    coverageOutcomes: ml.coverageOutcomes,
    stopFrom: ml.stopFrom,
    stopAdverseMultiple: ml.stopAdverseMultiple,
    riskPerTrade: ml.riskPerTrade,
  };
}
