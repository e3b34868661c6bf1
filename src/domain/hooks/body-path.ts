/*
 * Where a value stands in the body of an alert: a JSON Pointer (RFC 6901), `/order/price`, or the same as a singular path of
 * JSONPath, `$.order.price` or `$['order']['price']`. One place and never a search: a free query over a stranger's body may visit
 * every value of it again and again.
 */

/** Nothing that people send lies deeper. */
const STEPS_MAX = 16;
const CHARACTERS_MAX = 200;

const NAME = /\.([\p{L}_][\p{L}\p{N}_]*)/uy;
const INDEX = /\[(0|[1-9]\d{0,5})\]/y;
const QUOTED = /\[(?:'([^'\\]*)'|"([^"\\]*)")\]/y;

/** The keys and indexes that lead to a value, from the outside in; at least one. */
export type BodyPath = readonly string[];

/** @returns undefined for what is neither a pointer nor a singular path */
export function parseBodyPath(text: string): BodyPath | undefined {
  if (text.length > CHARACTERS_MAX) return undefined;
  const steps = text.startsWith('/') ? pointerSteps(text) : text.startsWith('$') ? pathSteps(text) : undefined;
  return steps !== undefined && steps.length > 0 && steps.length <= STEPS_MAX ? steps : undefined;
}

function pointerSteps(text: string): BodyPath | undefined {
  // Of the tilde alone is said what it means with 0 or 1 behind it.
  if (/~(?![01])/.test(text)) return undefined;
  return text
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function pathSteps(text: string): BodyPath | undefined {
  const steps: string[] = [];
  let at = 1;
  while (at < text.length) {
    const match = [NAME, INDEX, QUOTED].map((pattern) => matchAt(pattern, text, at)).find(Boolean);
    if (!match) return undefined;
    steps.push(match[1] ?? match[2] ?? '');
    at += match[0].length;
  }
  return steps;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** @returns undefined where nothing is there; what an object inherits is not there */
export function valueAtPath(body: unknown, path: BodyPath): unknown {
  let value = body;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value) && !/^(0|[1-9]\d*)$/.test(step)) return undefined;
    if (!Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}

/** Words that follow "it"; undefined: nothing is wrong. */
export function faultOfBodyPath(text: string): string | undefined {
  return parseBodyPath(text) === undefined ? 'names no single place of a body' : undefined;
}

export const BODY_PATH_FORM =
  'a place in the body, as a JSON Pointer such as /order/price or a singular path such as $.order.price';
