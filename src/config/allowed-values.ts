import { z } from 'zod';
import { configSchema } from './schema';

/** The part of JSON Schema that configSchema uses. */
interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly SchemaNode[];
  readonly const?: unknown;
  readonly propertyNames?: { readonly enum?: readonly string[]; readonly description?: string };
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** One setting of the configuration. */
export interface SettingShape {
  /** For example `api.port`; `*` stands for a name that the user chooses, as in `venues.*.leverage`. */
  readonly path: string;
  readonly type: 'whole number' | 'number' | 'text' | 'boolean' | 'list' | 'choice';
  /** false: the setting may be left out of every layer. */
  readonly required: boolean;
}

/** The schema as JSON Schema: the form that it is described and tested in. */
export const CONFIG_JSON_SCHEMA: unknown = z.toJSONSchema(configSchema, { io: 'input' });
const ROOT = CONFIG_JSON_SCHEMA as SchemaNode;

function child(node: SchemaNode | undefined, key: string): SchemaNode | undefined {
  const named = node?.properties?.[key];
  if (named) return named;
  if (typeof node?.additionalProperties === 'object') return node.additionalProperties;
  return node?.items;
}

function nodeAt(path: readonly string[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = ROOT;
  for (const key of path) node = child(node, key);
  return node;
}

/** What a setting holds that may also be switched off with null; undefined: it may not. */
function offNode({ anyOf }: SchemaNode): SchemaNode | undefined {
  return anyOf?.some(({ type }) => type === 'null') === true ? anyOf.find(({ type }) => type !== 'null') : undefined;
}

function range(lowest: number | undefined, highest: number | undefined, noun: string): string {
  return highest === undefined ? `${noun}, ${lowest ?? 0} or more` : `${noun} from ${lowest ?? 0} to ${highest}`;
}

function choices(node: SchemaNode): readonly unknown[] | undefined {
  return node.enum ?? node.anyOf?.map((option) => option.const);
}

function describeText(node: SchemaNode): string {
  if (node.maxLength === undefined) return 'text that is not empty';
  return `text of ${node.minLength ?? 0} to ${node.maxLength} characters`;
}

function describeNode(node: SchemaNode): string {
  const switchable = offNode(node);
  if (switchable) return `${describeNode(switchable)}; or null`;
  if (node.description) return node.description;
  const values = choices(node);
  if (values) return values.join(', ');
  switch (node.type) {
    case 'integer':
      return range(node.minimum, node.maximum, 'a whole number');
    case 'number':
      if (node.exclusiveMinimum === undefined) return range(node.minimum, node.maximum, 'a number');
      return `a number above ${node.exclusiveMinimum}, at most ${node.maximum}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list of ${node.minItems ?? 0} to ${node.maxItems} values, each ${describeNode(node.items ?? {})}`;
    case 'object':
      return `a map with ${knownKeys(node).join(', ') || 'names of your choice'}`;
    default:
      return describeText(node);
  }
}

function knownKeys(node: SchemaNode): readonly string[] {
  return Object.keys(node.properties ?? {}).concat(node.propertyNames?.enum ?? []);
}

/** What may be written at a path, for example `a whole number from 1 to 65535`. */
export function describeAllowed(path: readonly string[]): string {
  return describeNode(nodeAt(path) ?? {});
}

/** What the names at a path, which the user chooses, may look like; for example `a name of lower-case letters`. */
export function describeNames(path: readonly string[]): string {
  const { enum: names, description } = nodeAt(path)?.propertyNames ?? {};
  return names?.join(', ') ?? description ?? 'another one';
}

/** The keys that exist below a path; empty where the user chooses the names. */
export function allowedKeys(path: readonly string[]): readonly string[] {
  return knownKeys(nodeAt(path) ?? {});
}

function settingType(node: SchemaNode): SettingShape['type'] {
  const switchable = offNode(node);
  if (switchable) return settingType(switchable);
  if (choices(node)) return 'choice';
  switch (node.type) {
    case 'integer':
      return 'whole number';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'array':
      return 'list';
    default:
      return 'text';
  }
}

function collect(node: SchemaNode, path: readonly string[], required: boolean): SettingShape[] {
  if (node.type !== 'object') {
    return [{ path: path.join('.'), type: settingType(node), required }];
  }
  const named = Object.entries(node.properties ?? {}).flatMap(([key, property]) =>
    collect(property, [...path, key], required && (node.required ?? []).includes(key)),
  );
  if (typeof node.additionalProperties !== 'object') return named;
  return [...named, ...collect(node.additionalProperties, [...path, '*'], required)];
}

/** Every setting that holds a value, in the order of the schema. */
export const SETTING_SHAPES: readonly SettingShape[] = collect(ROOT, [], true);
