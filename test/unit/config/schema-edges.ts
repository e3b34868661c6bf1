import { CONFIG_JSON_SCHEMA } from '../../../src/config/allowed-values';

interface SchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly SchemaNode[];
  readonly const?: unknown;
  readonly propertyNames?: { readonly enum?: readonly string[] };
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
}

/** A setting with values at the edges of what its type allows, and just beyond. */
export interface SettingEdges {
  readonly path: string;
  readonly values: readonly unknown[];
}

const SMALLEST = '0.000000000000000001';
const LARGEST = `${'9'.repeat(20)}.${'9'.repeat(18)}`;
/** Numbers in quotes, as the schema reads several kinds of them. */
const DECIMALS = [
  '0',
  '0.0',
  SMALLEST,
  '0.5',
  '1',
  `1${SMALLEST.slice(1)}`,
  '1.5',
  LARGEST,
  `1${LARGEST}`,
  `${SMALLEST}1`,
  '1e-3',
];
const DECIMAL_SETTINGS =
  /^(?:sizing\.(?:fractionOfFree|safetyMargin)|protection\.(?!required|.*Trigger)\w*(?:Fraction|Share|DistanceM\w+|Least)|risk\.\w+Fraction|ml\.minimumReturn|paperVenue\.(?:balance|spreadFraction|markBasisFraction|takerFee|makerFee))$/;
/** Texts whose allowed values cannot be told from the schema. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  'ml.strategy': [
    'x',
    'x'.repeat(64),
    'x'.repeat(65),
    ' ',
    '\u0007',
    'ماشین',
    '👨‍💻',
    'ml\u00ADx',
    'ml\u200Bx',
    'ml\u2060x',
    '\u2800',
    'caf\u00E9',
    'cafe\u0301',
    ' ml',
    'ml\u00A0',
  ],
  'temporal.address': ['temporal.example:7233', '[::1]:7233', 'http://127.0.0.1:7233'],
  'temporal.namespace': ['oncefill', 'temporal-system', 'x'],
  'venues.bybit.settleAsset': ['USDT', 'USDC', 'DT', 'T', 'BTCUSDT'],
};

/** Of the gate of the model, as DECIMAL_SETTINGS. */
const GATE_DECIMALS = /^ml\.(?:slippageMargin|(?:stop|target)VolatilityMultiple)$/;

function numbersOf({ type, minimum, exclusiveMinimum, maximum }: SchemaNode): readonly number[] {
  const lowest = minimum ?? exclusiveMinimum ?? 0;
  const highest = Math.min(maximum ?? Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const step = type === 'integer' ? 1 : (highest - lowest) / 1_000_000;
  return [lowest, lowest + step, highest - step, highest];
}

function valuesOf(path: string, node: SchemaNode): readonly unknown[] {
  if (node.anyOf?.some(({ type }) => type === 'null') === true) {
    return node.anyOf.flatMap((option) => (option.type === 'null' ? [null] : valuesOf(path, option)));
  }
  const choices = node.enum ?? node.anyOf?.map((option) => option.const);
  if (choices) return choices;
  if (node.type === 'boolean') return [true, false];
  if (node.type === 'integer' || node.type === 'number') return numbersOf(node);
  if (DECIMAL_SETTINGS.test(path)) return DECIMALS;
  if (GATE_DECIMALS.test(path)) return DECIMALS;
  return TEXTS[path] ?? [];
}

function collect(node: SchemaNode, path: readonly string[]): readonly SettingEdges[] {
  if (node.type !== 'object') return [{ path: path.join('.'), values: valuesOf(path.join('.'), node) }];
  const named = Object.entries(node.properties ?? {}).flatMap(([key, inner]) => collect(inner, [...path, key]));
  const { additionalProperties: inner, propertyNames } = node;
  if (typeof inner !== 'object') return named;
  const keys = propertyNames?.enum ?? ['bybit'];
  return [...named, ...keys.flatMap((key) => collect(inner, [...path, key]))];
}

/** Every setting that has edges, in the order of the schema. */
export const SETTING_EDGES: readonly SettingEdges[] = collect(CONFIG_JSON_SCHEMA as SchemaNode, []).filter(
  ({ values }) => values.length > 0,
);
