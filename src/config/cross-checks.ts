import { faultOfRiskSizing } from '../domain/model-gate/size';
import { nearestName } from '../domain/nearest-name';
import { candlePace, narrowWindows, reportIntervalMinMs } from '../domain/request-budget';
import { credentialPrefix, credentialVariables } from '../venues/credential-variables';
import { hostOf, REGION_DEFAULT, regionsWith, symbolEndingOf } from '../venues/definitions';
import type { ConfigProblem } from './config-error';
import { isLoopback } from './api-access';
import { ConfigError } from './config-error';
import { checkHooks } from './hooks-checks';
import type { Layer, MergedLayers } from './layers';
import { rateLimitsOf } from './rate-limits';
import { checkRisk } from './risk-checks';
import type { Config, VenueConfig } from './schema';
import { hasWebUi } from './web-ui';

/** A rule that one setting breaks because of another. */
interface Fault {
  readonly path: string;
  readonly message: string;
}

const SECONDS_PER_HOUR = 3_600;
const MS_PER_SECOND = 1_000;
const MS_PER_MINUTE = 60_000;
/** First words of variables that have an owner: a venue of that name would read another's keys, or variables we refuse. */
const OWNED_WORDS: ReadonlyMap<string, string> = new Map([
  ['TEMPORAL', "the Temporal server's"],
  ['ONCEFILL', "oncefill's own"],
]);

function checkTimes(config: Config): readonly Fault[] {
  const { dedupWindowSeconds, timeToLiveSeconds } = config.signals;
  const { lookUpDelayMs, lookUpDelayMaxMs } = config.orders;
  const faults: Fault[] = [];
  // The server forgets an ended signal after the retention; until then the window must have refused its repetition.
  if (dedupWindowSeconds >= config.temporal.retentionHours * SECONDS_PER_HOUR) {
    faults.push({
      path: 'signals.dedupWindowSeconds',
      message: `is ${dedupWindowSeconds} s; it must be shorter than temporal.retentionHours (${config.temporal.retentionHours} h), or a signal could be traded twice`,
    });
  }
  if (timeToLiveSeconds > dedupWindowSeconds) {
    faults.push({
      path: 'signals.timeToLiveSeconds',
      message: `is ${timeToLiveSeconds} s; at most signals.dedupWindowSeconds (${dedupWindowSeconds} s) is allowed`,
    });
  }
  if (lookUpDelayMs > lookUpDelayMaxMs) {
    faults.push({
      path: 'orders.lookUpDelayMs',
      message: `is ${lookUpDelayMs} ms; at most orders.lookUpDelayMaxMs (${lookUpDelayMaxMs} ms) is allowed`,
    });
  }
  return faults;
}

function checkRetraining({ ml: { retrain } }: Config): readonly Fault[] {
  if (!retrain.enabled || retrain.dataDir !== undefined) return [];
  const message = 'is missing; ml.retrain.enabled needs the folder of the candle files that are trained on';
  return [{ path: 'ml.retrain.dataDir', message }];
}

function checkStrategies({ signals, ml }: Config, venue: VenueConfig | undefined): readonly Fault[] {
  const faults: Fault[] = [];
  if (venue?.environment === 'live' && signals.strategies === undefined) {
    const message = `is missing; live needs the list of strategies that may trade beside the model's ("${ml.strategy}"), [] for none`;
    faults.push({ path: 'signals.strategies', message });
  }
  const symbols = venue?.symbols.length ?? 0;
  for (const key of ['perStrategyBurst', 'burst'] as const) {
    if (!ml.enabled || signals[key] >= symbols) continue;
    const message = `is ${signals[key]}; at least ${symbols} is needed, because the model may make a signal for each symbol at once`;
    faults.push({ path: `signals.${key}`, message });
  }
  return faults;
}

/** Trades that are expected to lose are for play money of this machine. */
function checkGate({ ml }: Config, venue: VenueConfig | undefined): readonly Fault[] {
  const faults: Fault[] = [];
  if (venue !== undefined && venue.environment !== 'paper' && ml.gate === 'demo') {
    const message = `is demo, whose trades are expected to lose what they cost, and the environment is ${venue.environment}; allowed there: costs`;
    faults.push({ path: 'ml.gate', message });
  }
  if (ml.horizonMinutes < ml.candleIntervalMinutes) {
    const message = `is ${ml.horizonMinutes}; at least ml.candleIntervalMinutes (${ml.candleIntervalMinutes}) is needed, or a view would end before the next candle`;
    faults.push({ path: 'ml.horizonMinutes', message });
  }
  const unsizable = faultOfRiskSizing(ml);
  if (unsizable !== undefined)
    faults.push({ path: 'ml.riskPerTrade', message: `is ${ml.riskPerTrade}, which ${unsizable}` });
  return faults;
}

function checkMargins(config: Config): readonly Fault[] {
  const { safetyMargin, exitSafetyMargin } = config.rateLimits;
  if (exitSafetyMargin >= safetyMargin) return [];
  const message = `is ${exitSafetyMargin}; at least rateLimits.safetyMargin (${safetyMargin}) is needed, because exits may not get less than entries`;
  return [{ path: 'rateLimits.exitSafetyMargin', message }];
}

function checkPorts(config: Config, venue: VenueConfig | undefined): readonly Fault[] {
  const used: [path: string, port: number][] = [['api.port', config.api.port]];
  if (config.hooks.enabled) used.push(['hooks.port', config.hooks.port]);
  if (venue?.environment === 'paper') used.push(['paperVenue.port', config.paperVenue.port]);
  if (config.temporal.address === undefined) {
    used.push(['temporal.port', config.temporal.port]);
    if (hasWebUi(config, venue?.environment)) used.push(['temporal.uiPort', config.temporal.uiPort]);
  }
  const owners = new Map<number, string>();
  return used.flatMap(([path, port]) => {
    const owner = owners.get(port);
    if (owner !== undefined)
      return [{ path, message: `is ${port}, which ${owner} uses already; give each its own port` }];
    owners.set(port, path);
    return [];
  });
}

function checkVenue(config: Config, venue: VenueConfig | undefined): readonly Fault[] {
  if (!venue) {
    const known = Object.keys(config.venues).join(', ');
    return [{ path: 'venue', message: `is "${config.venue}"; allowed: a key of venues (${known})` }];
  }
  const { adapter, environment: wanted, region = REGION_DEFAULT } = venue;
  if (wanted !== 'paper' && hostOf(adapter, wanted, region) === undefined) {
    const message = `is ${region}, which has no ${wanted}; allowed: ${regionsWith(adapter, wanted).join(', ')}`;
    return [{ path: `venues.${config.venue}.region`, message }];
  }
  const { namespace } = config.temporal;
  const environment = /-(paper|testnet|demo|live)$/.exec(namespace)?.[1];
  if (environment === undefined || environment === venue.environment) return [];
  // Most likely a slip, told before anything starts. Nothing depends on it: the namespace's stamp decides.
  const message = `is "${namespace}", but the venue "${config.venue}" runs in the environment ${venue.environment}; use another namespace, such as oncefill-${venue.environment}`;
  return [{ path: 'temporal.namespace', message }];
}

/** A symbol that another asset settles is one that the account has no margin for. */
function checkSymbols(name: string, { adapter, symbols, settleAsset }: VenueConfig): readonly Fault[] {
  const ending = symbolEndingOf(adapter, settleAsset);
  const stranger = symbols.find((symbol) => ending !== undefined && (!symbol.endsWith(ending) || symbol === ending));
  if (stranger === undefined) return [];
  const meant = nearestName(stranger, endedBy(stranger, ending ?? ''));
  const question = meant === undefined ? '' : `; did you mean ${meant}? Otherwise`;
  const message = `lists ${stranger}, which does not end in ${ending}, as all symbols do that ${settleAsset} settles (venues.${name}.settleAsset)${question || ':'} remove ${stranger}, or set settleAsset to the asset that settles it`;
  return [{ path: `venues.${name}.symbols`, message }];
}

/** The symbol with its end set right, whether that lacks characters or has others. */
function endedBy(symbol: string, ending: string): readonly string[] {
  const bases = Array.from({ length: ending.length + 1 }, (_, cut) => symbol.slice(0, symbol.length - cut));
  return bases.filter((base) => base !== '').map((base) => `${base}${ending}`);
}

/** What of the limits stays below what trading cannot do without, after the shares of rateLimits. */
function checkCapacities(config: Config, name: string, venue: VenueConfig): readonly Fault[] {
  const limits = rateLimitsOf(config, venue);
  return narrowWindows(limits).map(({ scope, isFurther, window, what, weight, capacity, share, limitMin }) => {
    const { limit, windowMs } = window;
    const room = `rateLimits.${share} (${limits[share]}) leaves ${capacity} in ${windowMs} ms, and ${what} weighs ${weight}`;
    if (!isFurther) {
      const path = `venues.${name}.limits.${scope}.limit`;
      return { path, message: `is ${limit}, of which ${room}: at least ${limitMin} is needed` };
    }
    const message = `has a further window of ${limit}, of which ${room}: raise rateLimits.${share}, make weights more alike, or widen the window where it is one of yours`;
    return { path: `venues.${name}.limits.${scope}`, message };
  });
}

/** What is read all the time must leave room for orders. */
function checkReads(config: Config, venue: VenueConfig | undefined): readonly Fault[] {
  if (!venue) return [];
  const limits = rateLimitsOf(config, venue);
  const faults: Fault[] = [];
  const { candleIntervalMinutes, enabled } = config.ml;
  const { symbolsMax } = candlePace(limits, candleIntervalMinutes * MS_PER_MINUTE);
  // Where there is room for some, the others go without predictions, and the start says so (predicted-symbols.ts).
  if (enabled && symbolsMax === 0) {
    const message = `leave no room for the candles of any symbol every ${candleIntervalMinutes} min, beside prices and orders: raise them, raise ml.candleIntervalMinutes, or switch the model off (ml.enabled: false)`;
    faults.push({ path: `venues.${config.venue}.limits`, message });
  }
  const secondsMin = Math.ceil(reportIntervalMinMs(limits) / MS_PER_SECOND);
  const { updateIntervalSeconds } = config.balances;
  if (updateIntervalSeconds < secondsMin) {
    const message = `is ${updateIntervalSeconds} s; venues.${config.venue}.limits leave room for balances every ${secondsMin} s, beside look-ups of orders`;
    faults.push({ path: 'balances.updateIntervalSeconds', message });
  }
  return faults;
}

function checkLimits(config: Config, name: string, venue: VenueConfig): readonly Fault[] {
  const path = `venues.${name}.limits`;
  const windows = [['global', venue.limits.global] as const, ...Object.entries(venue.limits.endpoints)];
  const unpayable = windows.flatMap(([endpoint, window]) => {
    if (!window || window.weight <= window.limit) return [];
    const key = endpoint === 'global' ? 'global' : `endpoints.${endpoint}`;
    const message = `is ${window.weight}; at most the limit itself (${window.limit}) is allowed, or no request could ever be sent`;
    return [{ path: `${path}.${key}.weight`, message }];
  });
  const repeated = venue.symbols.filter((symbol, index) => venue.symbols.indexOf(symbol) !== index);
  const narrow = unpayable.length > 0 ? unpayable : checkCapacities(config, name, venue);
  if (repeated.length === 0) return narrow;
  return [...narrow, { path: `venues.${name}.symbols`, message: `lists ${repeated[0]} more than once` }];
}

function checkCredentialNames(config: Config): readonly Fault[] {
  const owners = new Map<string, string>();
  return Object.keys(config.venues).flatMap((name) => {
    const path = `venues.${name}`;
    const prefix = credentialPrefix(name);
    const { apiKey } = credentialVariables(name);
    const [word = ''] = prefix.split('_');
    const owned = OWNED_WORDS.get(word);
    if (owned !== undefined) {
      return [
        {
          path,
          message: `would read its key from ${apiKey}; variables that begin with ${word}_ are ${owned}, so give the venue another name`,
        },
      ];
    }
    const owner = owners.get(prefix);
    if (owner !== undefined) {
      return [
        { path, message: `would read its key from ${apiKey}, as ${owner} does already; give one of them another name` },
      ];
    }
    owners.set(prefix, path);
    return [];
  });
}

function checkApi(config: Config): readonly Fault[] {
  const { host, allowedHosts } = config.api;
  if (isLoopback(host) || allowedHosts.length > 0) return [];
  const message = `is "${host}", which others may reach; name in api.allowedHosts what they call it, or use 127.0.0.1`;
  return [{ path: 'api.host', message }];
}

/**
 * Checks what no single setting can tell: settings that contradict each other.
 *
 * @param defaults the layer that the user did not write
 * @throws ConfigError with every contradiction
 */
export function crossCheck(config: Config, layers: MergedLayers, defaults: Layer): void {
  const venue = Object.hasOwn(config.venues, config.venue) ? config.venues[config.venue] : undefined;
  const limits = Object.entries(config.venues).flatMap(([name, settings]) => checkLimits(config, name, settings));
  const faults = [
    ...checkVenue(config, venue),
    ...Object.entries(config.venues).flatMap(([name, settings]) => checkSymbols(name, settings)),
    ...limits,
    ...checkCredentialNames(config),
    ...checkTimes(config),
    ...checkRetraining(config),
    ...checkStrategies(config, venue),
    ...checkGate(config, venue),
    ...checkMargins(config),
    ...checkRisk(config, venue, layers, defaults),
    // What never fits at all was said already.
    ...(limits.length === 0 ? checkReads(config, venue) : []),
    ...checkPorts(config, venue),
    ...checkApi(config),
    ...checkHooks(config, venue),
  ];
  if (faults.length === 0) return;
  const problems = faults.map<ConfigProblem>(({ path, message }) => ({
    source: layers.layerOf(path.split('.')).source,
    path,
    message: `${path} ${message}.`,
  }));
  throw new ConfigError(problems);
}
