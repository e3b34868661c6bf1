import { dirname, join, resolve } from 'node:path';
import { CRASH_VARIABLES } from '../process/crash-points';
import { SETTING_SHAPES } from './allowed-values';
import { ConfigError } from './config-error';
import { crossCheck } from './cross-checks';
import { ENVIRONMENT_VARIABLES } from './environment';
import type { Layer, MergedLayers } from './layers';
import { mergeLayers, nest } from './layers';
import { packageRoot } from './package-root';
import { checkPaths, faultOfPath } from './path-checks';
import type { Config } from './schema';
import { environmentOf } from './trading-environment';
import { validate } from './validate';
import { CONFIG_FILE_VARIABLE, isServiceVariable, unknownOwnVariables } from './variables';
import { readYamlMap } from './yaml-file';
import { checkYesNo } from './yes-no';

/** A setting given on the command line. */
export interface FlagValue {
  /** As the user wrote it, for example `--candles`. */
  readonly flag: string;
  readonly path: string;
  readonly value: unknown;
}

export interface LoadConfigOptions {
  /** The user's file (`--config FILE`); absent: ONCEFILL_CONFIG, or none. */
  readonly file?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Settings with the last word. */
  readonly flags?: readonly FlagValue[];
}

const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/;

/** Text that does not fit the setting's type stays as it is, for validation to refuse with its own words. */
export function settingFromText(path: string, text: string): unknown {
  const type = SETTING_SHAPES.find((shape) => shape.path === path)?.type;
  if (type === 'choice') return text.toLowerCase();
  if (type === 'list') return readList(text);
  const numeric = type === 'whole number' || type === 'number';
  return numeric && PLAIN_NUMBER.test(text) ? Number(text) : text;
}

/** Names with commas or blanks between them; CUDAExecutionProvider, as Python calls it, is cuda. */
function readList(text: string): readonly string[] {
  const names = text.split(/[\s,]+/).filter((name) => name !== '');
  return names.map((name) => name.toLowerCase().replace(/executionprovider$/, ''));
}

/** A variable that is set to nothing counts as not set, as in `API_PORT=` of an .env file. */
function environmentLayers(env: NodeJS.ProcessEnv, folder: string): readonly Layer[] {
  return ENVIRONMENT_VARIABLES.flatMap(({ name, path }) => {
    const text = env[name]?.trim();
    if (!text || isServiceVariable(name, text)) return [];
    return [{ source: name, folder, values: nest(path.split('.'), settingFromText(path, text)) }];
  });
}

function userLayers({ file, env, cwd }: LoadConfigOptions): readonly Layer[] {
  const name = file ?? env[CONFIG_FILE_VARIABLE]?.trim();
  if (!name) return [];
  const absolute = resolve(cwd, name);
  const source = name === env[CONFIG_FILE_VARIABLE]?.trim() ? CONFIG_FILE_VARIABLE : '--config';
  const fault = faultOfPath(name, absolute);
  if (fault !== undefined) throw new ConfigError([{ source, path: '', message: `${fault}.` }]);
  return [{ source: absolute, folder: dirname(absolute), values: readYamlMap(absolute) }];
}

/**
 * Two settings follow another one unless the user sets them, so that changing that one alone is enough: the time to
 * live is the dedup window, and exits get at least the share of the limits that entries get.
 */
function followOtherSettings({ signals, rateLimits }: Config, layers: MergedLayers, defaults: Layer): void {
  if (layers.layerOf(['signals', 'timeToLiveSeconds']) === defaults) {
    signals.timeToLiveSeconds = signals.dedupWindowSeconds;
  }
  if (layers.layerOf(['rateLimits', 'exitSafetyMargin']) === defaults) {
    rateLimits.exitSafetyMargin = Math.max(rateLimits.exitSafetyMargin, rateLimits.safetyMargin);
  }
}

/** File names relative to the layer that gave them, except `dataDir`, which always belongs to the working folder. */
function resolvePaths(config: Config, layers: MergedLayers, cwd: string): void {
  config.dataDir = resolve(cwd, config.dataDir);
  config.ml.model = resolve(layers.layerOf(['ml', 'model']).folder, config.ml.model);
  const { retrain } = config.ml;
  if (retrain.dataDir !== undefined) {
    retrain.dataDir = resolve(layers.layerOf(['ml', 'retrain', 'dataDir']).folder, retrain.dataDir);
  }
  const { candlesDir } = config.paperVenue;
  if (candlesDir === undefined) return;
  config.paperVenue.candlesDir = resolve(layers.layerOf(['paperVenue', 'candlesDir']).folder, candlesDir);
}

/** A variable left over from a test must not kill a process that holds real orders. */
function refuseCrashes(config: Config, env: NodeJS.ProcessEnv): void {
  const environment = environmentOf(config);
  const set = CRASH_VARIABLES.filter((name) => env[name] !== undefined && env[name] !== '');
  if (environment === 'paper' || set.length === 0) return;
  const message = `asks this process to kill itself, as tests do, and the environment is ${environment}; remove it.`;
  throw new ConfigError(set.map((source) => ({ source, path: '', message })));
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner as object);
  }
  return Object.freeze(value);
}

/** The product's own defaults; every setting that is not optional is in it. */
export function defaultConfigFile(): string {
  return join(packageRoot(), 'config', 'default.yaml');
}

/**
 * Reads the configuration: config/default.yaml, over it the user's file, over that the environment, over that the
 * command line. Maps merge; lists and values replace. The result is complete, checked and frozen.
 *
 * Relative names: `dataDir` against `cwd`; `ml.model` and `paperVenue.candlesDir` against the folder of the file that
 * sets them (the program's own folder for the defaults), or `cwd` when given on the command line.
 *
 * @throws ConfigError that lists every problem with its source
 */
export function loadConfig(options: LoadConfigOptions): Config {
  const { env, cwd, flags = [] } = options;
  const defaultFile = defaultConfigFile();
  const misspelt = unknownOwnVariables(env);
  if (misspelt.length > 0) {
    throw new ConfigError(
      misspelt.map((source) => ({
        source,
        path: '',
        message: 'is not a variable that oncefill knows; correct its name or remove it.',
      })),
    );
  }
  checkYesNo(env);
  const defaults: Layer = { source: defaultFile, folder: packageRoot(), values: readYamlMap(defaultFile) };
  const layers = mergeLayers([
    defaults,
    ...userLayers(options),
    ...environmentLayers(env, cwd),
    ...flags.map(({ flag, path, value }) => ({ source: flag, folder: cwd, values: nest(path.split('.'), value) })),
  ]);
  const config = validate(layers);
  followOtherSettings(config, layers, defaults);
  try {
    crossCheck(config, layers, defaults);
    refuseCrashes(config, env);
    resolvePaths(config, layers, cwd);
    checkPaths(config, layers);
  } catch (error) {
    throw error instanceof ConfigError ? namingOwnFile(error, defaultFile) : error;
  }
  return deepFreeze(config);
}

/** A default that does not go with what the user set is changed in his file: the file of the defaults is replaced by the next release. */
function namingOwnFile({ problems }: ConfigError, defaultFile: string): ConfigError {
  return new ConfigError(
    problems.map((problem) => {
      if (problem.source !== defaultFile) return problem;
      const message = `${problem.message.replace(/\.$/, '')}; write it into your own file (--config, ${CONFIG_FILE_VARIABLE}).`;
      return { ...problem, source: 'a default', message };
    }),
  );
}
