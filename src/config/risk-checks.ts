import { ExactDecimal } from '../domain/decimal';
import type { Layer, MergedLayers } from './layers';
import type { Config, VenueConfig } from './schema';

/** A rule that one setting breaks because of another. */
interface Fault {
  readonly path: string;
  readonly message: string;
}

/** What of protection and risk goes together with other settings, and what live needs of them. */
export function checkRisk(
  config: Config,
  venue: VenueConfig | undefined,
  layers: MergedLayers,
  defaults: Layer,
): readonly Fault[] {
  return [
    ...checkDistances(config),
    ...checkGains(config),
    ...checkUnprotected(config),
    ...checkLeverage(config, venue),
    ...checkGroups(config, venue),
    ...checkNamed(venue, layers, defaults),
  ];
}

function checkDistances({ protection }: Config): readonly Fault[] {
  const { stopDistanceMin, stopDistanceMax } = protection;
  if (isAbove(stopDistanceMin, stopDistanceMax)) {
    const message = `is ${stopDistanceMin}; at most protection.stopDistanceMax (${stopDistanceMax}) is allowed`;
    return [{ path: 'protection.stopDistanceMin', message }];
  }
  const faults = (['stopLossFraction', 'trailingFraction'] as const).flatMap((key) => {
    const value = protection[key];
    if (value === null || (!isAbove(stopDistanceMin, value) && !isAbove(value, stopDistanceMax))) return [];
    const message = `is ${value}; it must lie between protection.stopDistanceMin (${stopDistanceMin}) and protection.stopDistanceMax (${stopDistanceMax}), or every entry would be refused`;
    return [{ path: `protection.${key}`, message }];
  });
  const target = protection.takeProfitFraction;
  if (target === null || !isAbove(stopDistanceMin, target)) return faults;
  const message = `is ${target}; at least protection.stopDistanceMin (${stopDistanceMin}) is needed, or it is reached at once`;
  return [...faults, { path: 'protection.takeProfitFraction', message }];
}

/** What is to happen on the way to the target has to lie before it. */
function checkGains({ protection }: Config): readonly Fault[] {
  const target = protection.takeProfitFraction;
  return (['breakEvenFraction', 'partialTakeProfitFraction'] as const).flatMap((key) => {
    const value = protection[key];
    if (target === null || value === null || isAbove(target, value)) return [];
    const message = `is ${value}; it must be below protection.takeProfitFraction (${target}), at which the whole position is closed`;
    return [{ path: `protection.${key}`, message }];
  });
}

function checkUnprotected({ protection }: Config): readonly Fault[] {
  const { unprotectedMaxSeconds, closeUnprotectedAfterSeconds } = protection;
  if (unprotectedMaxSeconds < closeUnprotectedAfterSeconds) return [];
  const message = `is ${unprotectedMaxSeconds} s; it must be shorter than protection.closeUnprotectedAfterSeconds (${closeUnprotectedAfterSeconds} s), so that a person hears of it before the position is closed`;
  return [{ path: 'protection.unprotectedMaxSeconds', message }];
}

/** Where all of the margin is lost before the stop is reached, whatever the market's own terms are. */
function checkLeverage({ venue: name, protection }: Config, venue: VenueConfig | undefined): readonly Fault[] {
  const fraction = protection.stopLossFraction;
  if (fraction === null || !venue || venue.leverage <= 1) return [];
  if (new ExactDecimal(fraction).times(venue.leverage).lessThan(1)) return [];
  const message = `is ${fraction}; at venues.${name}.leverage ${venue.leverage} a position is liquidated before its stop is reached: it must be below one part in ${venue.leverage}`;
  return [{ path: 'protection.stopLossFraction', message }];
}

function checkGroups({ risk, venue: name }: Config, venue: VenueConfig | undefined): readonly Fault[] {
  return Object.entries(risk.groups).flatMap(([group, { symbols }]) => {
    const path = `risk.groups.${group}.symbols`;
    const repeated = symbols.find((symbol, index) => symbols.indexOf(symbol) !== index);
    if (repeated !== undefined) return [{ path, message: `lists ${repeated} more than once` }];
    const stranger = venue && symbols.find((symbol) => !venue.symbols.includes(symbol));
    if (stranger === undefined) return [];
    return [
      { path, message: `lists ${stranger}, which venues.${name}.symbols does not: correct it, or trade it there` },
    ];
  });
}

/** Nobody trades real money by bounds that he has not written down himself. */
function checkNamed(venue: VenueConfig | undefined, layers: MergedLayers, defaults: Layer): readonly Fault[] {
  if (venue?.environment !== 'live' || layers.layerOf(['risk']) !== defaults) return [];
  const message = `is missing in your own settings; live needs it: what you can bear to lose, such as { dailyLossFraction: "0.03", perSymbol: "0.25" }`;
  return [{ path: 'risk', message }];
}

function isAbove(value: string, bound: string): boolean {
  return new ExactDecimal(value).greaterThan(bound);
}
