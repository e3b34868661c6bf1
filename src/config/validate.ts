import type { z } from 'zod';
import { askIfMeant } from '../domain/nearest-name';
import { quoteValue } from '../domain/quote-value';
import { allowedKeys, describeAllowed, describeNames } from './allowed-values';
import type { ConfigProblem } from './config-error';
import { ConfigError } from './config-error';
import type { MergedLayers } from './layers';
import { valueAt } from './layers';
import type { Config } from './schema';
import { configSchema } from './schema';

/** Settings of earlier releases, and what took their place. */
const FORMER_KEYS: Readonly<Record<string, string>> = {
  'ml.executionProvider':
    'write ml.executionProviders, a list, in its place: [cuda, no-cpu] is what cuda meant, [cpu] what cpu did',
};

function unknownKey(layers: MergedLayers, parent: readonly string[], key: string): ConfigProblem {
  const path = [...parent, key];
  const former = FORMER_KEYS[path.join('.')];
  const keys = allowedKeys(parent);
  const fault = former ? ` any more; ${former}.` : `.${askIfMeant(key, keys)} Known here: ${keys.join(', ')}.`;
  // The value is left out: an unknown key may well be a secret that was written into the wrong file.
  return {
    source: layers.layerOf(path).source,
    path: path.join('.'),
    message: `${path.join('.')} is not a setting${fault}`,
  };
}

/** @param fault what a rule of the setting says in words of its own, after "it" */
function badValue(layers: MergedLayers, path: readonly string[], fault: unknown): ConfigProblem {
  const value = valueAt(layers.values, path);
  const found = value === undefined ? 'missing' : quoteValue(value);
  return {
    source: layers.layerOf(path).source,
    path: path.join('.'),
    message: `${path.join('.')} is ${found}; ${typeof fault === 'string' ? `it ${fault}; ` : ''}allowed: ${describeAllowed(path)}.`,
  };
}

function toProblems(issue: z.core.$ZodIssue, layers: MergedLayers): readonly ConfigProblem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(layers, path, key));
  if (issue.code === 'invalid_key') {
    // The name of a map's entry is what is wrong, not its value.
    const key = path.at(-1) ?? '';
    const parent = path.slice(0, -1);
    return [
      {
        source: layers.layerOf(path).source,
        path: path.join('.'),
        message: `${parent.join('.')} names ${quoteValue(key)}; allowed: ${describeNames(parent)}.`,
      },
    ];
  }
  return [badValue(layers, path, issue.code === 'custom' ? issue.params?.['fault'] : undefined)];
}

/**
 * Checks the merged layers against the schema.
 *
 * @throws ConfigError with every problem, each naming its source, its path, what is there and what is allowed
 */
export function validate(layers: MergedLayers): Config {
  const result = configSchema.safeParse(layers.values);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => toProblems(issue, layers));
  // A value may break two rules; the sentence states the whole rule, so one is enough.
  const unique = new Map(problems.map((problem) => [problem.path, problem]));
  throw new ConfigError([...unique.values()]);
}
