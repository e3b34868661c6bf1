import { parseDecimal } from '../domain/decimal';
import { quoteValue } from '../domain/quote-value';
import { faultOfReason } from '../domain/readable-text';
import type { ProtectCommand } from '../messages/position';

export type Parsed<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly message: string };
export type ProtectWish = Omit<ProtectCommand, 'requestId'>;

const PROTECT_FIELDS = ['reason', 'stop_loss', 'take_profit', 'trailing_distance', 'force'];

/** @param body parsed JSON: `reason` alone, text on one line */
export function parseCloseWish(body: unknown, name = 'reason'): Parsed<string> {
  const fields = fieldsOf(body, ['reason'], 'A wish to close has one field, reason');
  return fields.ok ? readReason(fields.value['reason'], name) : fields;
}

/**
 * Reads what shall guard a position, or says in one sentence what is wrong with it.
 *
 * @param body parsed JSON: `reason`, and at least one of `stop_loss`, `take_profit`, `trailing_distance`: a price or a distance, a
 *   positive decimal string; the latter two may be null, for none. `force` true lets the stop move away from the price.
 */
export function parseProtectWish(body: unknown): Parsed<ProtectWish> {
  const known = fieldsOf(body, PROTECT_FIELDS, `A wish to protect has ${PROTECT_FIELDS.join(', ')}`);
  if (!known.ok) return known;
  const fields = known.value;
  const reason = readReason(fields['reason'], 'reason');
  if (!reason.ok) return reason;
  const { force } = fields;
  if (force !== undefined && typeof force !== 'boolean') {
    return refuse(`force is ${quoteValue(force)}; it must be true or false.`);
  }
  if (fields['stop_loss'] === null) return refuse('stop_loss is null; a stop cannot be removed. Close the position.');
  const figures = ['stop_loss', 'take_profit', 'trailing_distance'].map((name) => readFigure(fields[name], name));
  const fault = figures.find((figure) => !figure.ok);
  if (fault && !fault.ok) return fault;
  const [stopLoss, takeProfit, trailingDistance] = figures.map((figure) => (figure.ok ? figure.value : undefined));
  if (stopLoss === undefined && takeProfit === undefined && trailingDistance === undefined) {
    return refuse('Nothing is to be set: give stop_loss, take_profit or trailing_distance.');
  }
  return {
    ok: true,
    value: {
      words: reason.value,
      ...(typeof stopLoss === 'string' && { stopLoss }),
      ...(takeProfit !== undefined && { takeProfit }),
      ...(trailingDistance !== undefined && { trailingDistance }),
      ...(force === true && { force }),
    },
  };
}

function fieldsOf(body: unknown, known: readonly string[], what: string): Parsed<Readonly<Record<string, unknown>>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return refuse(`${what}, in a JSON object, not ${quoteValue(body)}.`);
  }
  const unknown = Object.keys(body).find((name) => !known.includes(name));
  if (unknown !== undefined) return refuse(`The field ${quoteValue(unknown)} is not known. ${what}.`);
  return { ok: true, value: body as Readonly<Record<string, unknown>> };
}

function readReason(reason: unknown, name: string): Parsed<string> {
  if (reason === undefined || (typeof reason === 'string' && reason.trim() === '')) {
    return refuse(`${name} is empty; say why, for those who look later.`);
  }
  if (typeof reason !== 'string') return refuse(`${name} is ${quoteValue(reason)}; it must be text on one line.`);
  const text = reason.trim();
  const fault = faultOfReason(text);
  return fault === undefined ? { ok: true, value: text } : refuse(`${name} is ${quoteValue(text)}; it ${fault}.`);
}

function readFigure(value: unknown, name: string): Parsed<string | null | undefined> {
  if (value === undefined || value === null) return { ok: true, value };
  const figure = parseDecimal(value);
  if (figure !== undefined && !figure.isZero()) return { ok: true, value: value as string };
  return refuse(`${name} is ${quoteValue(value)}; it must be a positive decimal number as text, such as "61200.5".`);
}

function refuse(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}
