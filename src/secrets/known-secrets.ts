import {
  createRedactor,
  REDACTED,
  type Redactor,
  SECRET_CHARACTERS_MIN,
  unboundedWork,
  type WorkBudget,
} from './find-secrets';

/** A venue's keys, a server's, tokens: a process that knows more than this has a defect. */
const SECRETS_MAX = 1_000;
/** Nothing that a venue says lies deeper; what does is not looked at and not kept. */
const DEPTH_MAX = 32;
/** Errors that caused errors. */
const CAUSES_MAX = 8;
/** Characters looked at for each one of a text of JSON, and the least for a short one: a hundred costly texts. */
const JSON_WORK_PER_CHARACTER_MAX = 8;
const JSON_WORK_MIN = 8 * 1_048_576;

const known = new Set<string>();
let redactKnown: Redactor = (text) => text;

/** Whether nothing has to be looked for: most commands, and parts that hold no key. */
function isCarefree(): boolean {
  return known.size === 0;
}

/**
 * From now on this process blots a value out of whatever it writes. Call it wherever a secret comes to be known;
 * `Secret` does by itself. Values shorter than SECRET_CHARACTERS_MIN are left alone.
 *
 * @throws Error when there are more than SECRETS_MAX: a defect
 */
export function rememberSecret(value: string): void {
  const trimmed = value.trim();
  if (trimmed.length < SECRET_CHARACTERS_MIN || known.has(trimmed)) return;
  if (known.size >= SECRETS_MAX) throw new Error(`This process remembers ${SECRETS_MAX} secrets already.`);
  known.add(trimmed);
  redactKnown = createRedactor([...known]);
}

/**
 * A text without the secrets that this process knows, in the spellings that createRedactor names. The last step of every
 * way out: log lines, the terminal, answers of the API, messages to the supervisor, results and failures of activities.
 */
export function redact(text: string): string {
  return redactKnown(text);
}

/**
 * A plain value (what JSON can hold) with every text in it, names of fields too, without secrets: the value itself where it
 * holds none, and a copy of what has to change otherwise.
 *
 * @param charactersMax longer texts are not looked through, because looking takes time, and not kept: null stands for
 *   them, which whoever expects a text refuses
 * @param budget for all texts together; when it is below zero afterwards, the value must not be used
 */
export function redactDeep<Value>(
  value: Value,
  charactersMax = Number.POSITIVE_INFINITY,
  budget: WorkBudget = unboundedWork(),
): Value {
  if (isCarefree()) return value;
  const redactText = (text: string): string | null => {
    if (text.length > charactersMax || budget.charactersLeft < 0) return null;
    return redactKnown(text, budget);
  };
  return redactValue(value, redactText, 0) as Value;
}

function redactValue(value: unknown, redactText: (text: string) => string | null, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH_MAX) return REDACTED;
  if (Array.isArray(value)) {
    const items = value.map((item) => redactValue(item, redactText, depth + 1));
    return items.every((item, index) => Object.is(item, value[index])) ? value : items;
  }
  // A date, bytes: no text of anybody's.
  if (![Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)) return value;
  return redactFields(value as Readonly<Record<string, unknown>>, redactText, depth);
}

/** Hardly any object holds a secret, and to put one of many fields together again costs more than to look at it. */
function redactFields(
  fields: Readonly<Record<string, unknown>>,
  redactText: (text: string) => string | null,
  depth: number,
): unknown {
  const names = Object.keys(fields);
  let clean: [string, unknown][] | undefined;
  for (const [index, name] of names.entries()) {
    const cleanName = redactText(name) ?? REDACTED;
    const item = redactValue(fields[name], redactText, depth + 1);
    if (clean === undefined && cleanName === name && Object.is(item, fields[name])) continue;
    clean ??= names.slice(0, index).map((former) => [former, fields[former]]);
    clean.push([cleanName, item]);
  }
  return clean === undefined ? fields : Object.fromEntries(clean);
}

/**
 * A text of JSON whose texts hold no secret that this process knows. It is looked for within each text and never across what holds
 * them together, so that JSON stays JSON whatever somebody has put into one of them: a text that is too costly to look through is
 * blotted out alone. Numbers stay as they are.
 *
 * @returns the text itself where it holds none; undefined: it is no JSON, or to look through all of it is too much
 */
export function redactJson(text: string): string | undefined {
  if (isCarefree()) return text;
  try {
    const value: unknown = JSON.parse(text);
    const budget = { charactersLeft: Math.max(JSON_WORK_MIN, text.length * JSON_WORK_PER_CHARACTER_MAX) };
    const clean = redactDeep(value, undefined, budget);
    if (budget.charactersLeft < 0) return undefined;
    return clean === value ? text : JSON.stringify(clean);
  } catch {
    return undefined;
  }
}

/** Takes secrets out of an error, in place, so that it stays the error it is: its message, its stack, what caused it. */
export function redactError(error: unknown): void {
  if (isCarefree()) return;
  let current = error;
  for (let cause = 0; cause < CAUSES_MAX && current instanceof Error; cause += 1) {
    current.message = redact(current.message);
    if (current.stack !== undefined) current.stack = redact(current.stack);
    const { details } = current as { details?: unknown };
    if (Array.isArray(details)) {
      for (const [index, detail] of details.entries()) details[index] = redactDeep<unknown>(detail);
    }
    current = current.cause;
  }
}
