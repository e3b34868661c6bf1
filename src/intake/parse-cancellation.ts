import { quoteValue } from '../domain/quote-value';
import { faultOfReason } from '../domain/readable-text';

export type ParseCancellationResult =
  { readonly ok: true; readonly reason: string } | { readonly ok: false; readonly message: string };

/**
 * Reads why a signal is cancelled, or says in one sentence what is wrong with it.
 *
 * @param body parsed JSON: `reason`, text on one line
 * @param name what the message calls the field
 */
export function parseCancellation(body: unknown, name = 'reason'): ParseCancellationResult {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return refuse(`A cancellation is a JSON object with a ${name}, not ${quoteValue(body)}.`);
  }
  const { reason, ...others } = body as Readonly<Record<string, unknown>>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    return refuse(`The field ${quoteValue(unknown)} is not known; a cancellation has ${name}.`);
  if (reason === undefined || (typeof reason === 'string' && reason.trim() === '')) {
    return refuse(`${name} is empty; say why the signal is cancelled, for those who look later.`);
  }
  if (typeof reason !== 'string') return refuse(`${name} is ${quoteValue(reason)}; it must be text on one line.`);
  const text = reason.trim();
  const fault = faultOfReason(text);
  return fault === undefined ? { ok: true, reason: text } : refuse(`${name} is ${quoteValue(text)}; it ${fault}.`);
}

function refuse(message: string): ParseCancellationResult {
  return { ok: false, message };
}
