import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../config/package-root';

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const serverFlags = z.strictObject({
  flags: z.record(z.string(), scalar),
  sqlitePragmas: z.strictObject({ paper: z.record(z.string(), scalar), live: z.record(z.string(), scalar) }),
});

/**
 * The server's file format without constraints: each key has exactly one value (which may be a list), because a
 * command-line flag cannot carry constraints either.
 */
const dynamicConfig = z.record(z.string(), z.tuple([z.strictObject({ value: z.union([scalar, z.array(scalar)]) })]));

/**
 * What a lost commit would cost. `live` survives a power cut with every acknowledged step; `paper` may lose the last
 * moments of one.
 */
export type Durability = keyof z.infer<typeof serverFlags>['sqlitePragmas'];

function readConfigFile<T>(name: string, schema: z.ZodType<T>): T {
  const file = join(packageRoot(), 'temporal-config', name);
  const result = schema.safeParse(parse(readFileSync(file, 'utf8')));
  if (result.success) return result.data;
  throw new Error(`${file} cannot be used: ${z.prettifyError(result.error)}`);
}

function pairs(flag: string, values: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${String(value)}`]);
}

/**
 * The dynamic configuration of temporal-config as flags of `temporal server start-dev`, for the product and for tests.
 *
 * @param extra values on top
 */
export function dynamicConfigArguments(extra: Readonly<Record<string, unknown>> = {}): readonly string[] {
  const entries = {
    ...readConfigFile('dynamic-config.yaml', dynamicConfig),
    ...readConfigFile('dynamic-config.embedded.yaml', dynamicConfig),
  };
  const own = Object.entries(entries).map(([key, [entry]]) => [key, entry.value] as const);
  // The flag takes the value as JSON: a string needs its quotes.
  const values = [...own, ...Object.entries(extra)].map(([key, value]) => [key, JSON.stringify(value)]);
  return pairs('--dynamic-config-value', Object.fromEntries(values));
}

/**
 * The flags of temporal-config for `temporal server start-dev`.
 *
 * @param extra dynamic configuration on top of temporal-config's
 */
export function serverArguments(durability: Durability, extra?: Readonly<Record<string, unknown>>): readonly string[] {
  const { flags, sqlitePragmas } = readConfigFile('server-flags.yaml', serverFlags);
  const plain = Object.entries(flags).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, String(value)],
  );
  return [...plain, ...pairs('--sqlite-pragma', sqlitePragmas[durability]), ...dynamicConfigArguments(extra)];
}
