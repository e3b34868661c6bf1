import { parseBodyPath } from '../domain/hooks/body-path';
import type { HookField } from '../domain/hooks/source';
import type { HookSource } from './hooks-schema';
import type { Config, VenueConfig } from './schema';

interface Fault {
  readonly path: string;
  readonly message: string;
}

/** What a signal cannot do without, beside its time. */
const NEEDED = ['symbol', 'direction', 'strategy'] as const;

/** What the settings of hooks lack together; nothing while hooks are off. */
export function checkHooks({ hooks, ...config }: Config, venue: VenueConfig | undefined): readonly Fault[] {
  if (!hooks.enabled) return [];
  const sources = Object.entries(hooks.sources);
  if (sources.length === 0) {
    return [{ path: 'hooks.enabled', message: 'is true, and hooks.sources names nobody who may send; add a source' }];
  }
  const sourceFaults = sources.flatMap(([name, source]) => {
    const own = [...fieldFaults(source), ...timeFaults(source), ...openFaults(source, venue), ...pairFaults(source)];
    const symbol = strangeSymbol(source, venue);
    const all = symbol === undefined ? own : [...own, symbol];
    return all.map(({ path, message }) => ({ path: `hooks.sources.${name}${path}`, message }));
  });
  if (config.signals.strategies === undefined) return sourceFaults;
  return [...sourceFaults, ...sources.flatMap(([name, source]) => strategyFaults(name, source, config))];
}

function fieldFaults({ fields, constants, optional, secretField, authentication }: HookSource): readonly Fault[] {
  const faults: Fault[] = [];
  for (const field of NEEDED) {
    if (fields[field] !== undefined || constants[field] !== undefined) continue;
    faults.push({
      path: `.fields.${field}`,
      message: `is missing; say where the ${field} stands, or name it in constants`,
    });
  }
  for (const field of Object.keys(constants) as (keyof typeof constants)[]) {
    if (constants[field] === undefined || fields[field] === undefined) continue;
    faults.push({ path: `.constants.${field}`, message: 'is set, and so is the same of fields; keep one of them' });
  }
  if (constants.timestamp !== undefined) {
    faults.push({ path: '.constants.timestamp', message: 'is set; no time is that of every alert: remove it' });
  }
  if (fields.priorMarketPosition !== undefined && fields.marketPosition === undefined) {
    faults.push({
      path: '.fields.priorMarketPosition',
      message: 'says nothing without fields.marketPosition; set both',
    });
  }
  const secretPath = JSON.stringify(parseBodyPath(secretField));
  for (const [field, place] of Object.entries(fields)) {
    if (authentication !== 'body' || place === undefined || JSON.stringify(parseBodyPath(place)) !== secretPath)
      continue;
    faults.push({
      path: `.fields.${field}`,
      message: `is ${place}, where the secret stands; it would be kept with the signal`,
    });
  }
  const needless = optional.find((field: HookField) => fields[field] === undefined);
  const needed = optional.find((field) => (NEEDED as readonly HookField[]).includes(field) || field === 'timestamp');
  if (needless !== undefined) {
    faults.push({ path: '.optional', message: `names ${needless}, of which fields says no place; remove it there` });
  } else if (needed !== undefined) {
    faults.push({ path: '.optional', message: `names ${needed}, without which there is no signal; remove it there` });
  }
  return faults;
}

function timeFaults({ fields, timestampIs, barMinutes, senderRepeats }: HookSource): readonly Fault[] {
  if (timestampIs !== 'arrival' && fields.timestamp === undefined) {
    return [{ path: '.fields.timestamp', message: 'is missing; say where the time stands' }];
  }
  if (timestampIs === 'barOpen' && barMinutes === undefined) {
    return [{ path: '.barMinutes', message: 'is missing; with timestampIs: barOpen say how many minutes a bar has' }];
  }
  if (timestampIs !== 'barOpen' && barMinutes !== undefined) {
    return [
      { path: '.barMinutes', message: `is ${barMinutes}, which counts with timestampIs: barOpen alone; remove it` },
    ];
  }
  if (timestampIs === 'arrival' && senderRepeats) {
    const message =
      'is arrival, and the sender may repeat an alert, which would be another signal a minute later; map a time that the alert carries, or write senderRepeats: false where it never does';
    return [{ path: '.timestampIs', message }];
  }
  if (timestampIs === 'arrival' && fields.timestamp !== undefined) {
    return [{ path: '.fields.timestamp', message: 'is set, and timestampIs: arrival does without; keep one of them' }];
  }
  return [];
}

function openFaults({ authentication }: HookSource, venue: VenueConfig | undefined): readonly Fault[] {
  if (authentication !== 'noneOnLoopback' || venue === undefined || venue.environment === 'paper') return [];
  const message = `is noneOnLoopback, and the environment is ${venue.environment}; allowed there: body, signature`;
  return [{ path: '.authentication', message }];
}

/** Pairs have no depth. */
function pairFaults({ body, fields, secretField, authentication }: HookSource): readonly Fault[] {
  if (body !== 'pairs') return [];
  const places = [
    ...Object.entries(fields).map(([field, place]) => [`.fields.${field}`, place] as const),
    ...(authentication === 'body' ? [['.secretField', secretField] as const] : []),
  ];
  return places.flatMap(([path, place]) => {
    if (place === undefined || parseBodyPath(place)?.length === 1) return [];
    return [
      { path, message: `is ${place}, and body: pairs has no value within another; name a key alone, such as /symbol` },
    ];
  });
}

function strangeSymbol({ symbols }: HookSource, venue: VenueConfig | undefined): Fault | undefined {
  const strange = Object.entries(symbols).find(([, ours]) => venue !== undefined && !venue.symbols.includes(ours));
  if (strange === undefined) return undefined;
  return {
    path: '.symbols',
    message: `makes ${strange[1]} of ${strange[0]}, which is no symbol of the venue; correct it`,
  };
}

/** A constant name that may not trade is a slip that every alert would stumble over. */
function strategyFaults(
  name: string,
  { constants, strategyPrefix }: HookSource,
  { signals, ml }: Pick<Config, 'signals' | 'ml'>,
): readonly Fault[] {
  if (constants.strategy === undefined) return [];
  const strategy = `${strategyPrefix}${constants.strategy}`;
  if (strategy === ml.strategy || signals.strategies?.includes(strategy) === true) return [];
  const path = `hooks.sources.${name}.constants.strategy`;
  return [{ path, message: `makes "${strategy}", which signals.strategies does not list; add it there` }];
}
