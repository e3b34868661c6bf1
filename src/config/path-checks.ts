import { quoteValue } from '../domain/quote-value';
import { showCodePoint } from '../domain/readable-text';
import type { ConfigProblem } from './config-error';
import { ConfigError } from './config-error';
import type { MergedLayers } from './layers';
import { valueAt } from './layers';
import type { Config } from './schema';

/** Settings that name a file or a folder. */
const PATH_SETTINGS = ['dataDir', 'ml.model', 'ml.retrain.dataDir', 'paperVenue.candlesDir'] as const;
/** What only a shell replaces, where it stands outside quotes: `~`, `~anna`, `$HOME`, `${HOME}`. */
const SHELL_WORD = /^(?:~[^/]*|\$(?:\w+|\{\w+\}))(?=\/|$)/;
/** Controls, and what stands for bytes that are no UTF-8, or no character at all: the system would look somewhere else. */
const UNUSABLE = /[\p{Cc}\p{Cs}\uFFFD]/u;

/** Of a program beside us, or of the web. */
const ADDRESS = /^[a-z][a-z0-9+.-]+:\/\//i;

/**
 * @param written what the user wrote
 * @returns the end of a sentence; undefined for a path that means the same to everybody
 */
export function faultOfPath(written: unknown, absolute: string): string | undefined {
  const text = typeof written === 'string' ? written : absolute;
  const word = SHELL_WORD.exec(text)?.[0];
  if (word !== undefined) {
    return `is ${quoteValue(text)}, and only a shell fills in ${word}; write the whole path, or ./ before a folder of that name`;
  }
  if (ADDRESS.test(text)) return `is ${quoteValue(text)}, an address; name a file or a folder of this machine`;
  const [unusable] = UNUSABLE.exec(absolute) ?? [];
  if (unusable === undefined) return undefined;
  return `is ${quoteValue(absolute)}, which holds the character ${showCodePoint(unusable)}; use a path without it`;
}

/**
 * Checks what the paths of a configuration are called. Every other character is passed on as it is: no shell, no pattern and no
 * address is made of a path.
 *
 * @param config with absolute paths
 * @throws ConfigError with every path that cannot be meant
 */
export function checkPaths(config: Config, layers: MergedLayers): void {
  const problems = PATH_SETTINGS.flatMap<ConfigProblem>((path) => {
    const keys = path.split('.');
    const absolute = valueAt(config, keys);
    const fault = typeof absolute === 'string' ? faultOfPath(valueAt(layers.values, keys), absolute) : undefined;
    if (fault === undefined) return [];
    return [{ source: layers.layerOf(keys).source, path, message: `${path} ${fault}.` }];
  });
  if (problems.length > 0) throw new ConfigError(problems);
}
