import { quoteValue } from '../domain/quote-value';

export type ParseCancellationResult =
  { readonly ok: true; readonly reason: string } | { readonly ok: false; readonly message: string };

/** As UTF-8: what the signal's timeline holds uncut. */
export const CANCEL_REASON_BYTES_MAX = 190;
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

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
  const isText = typeof reason === 'string' && !UNPRINTABLE.test(reason.trim());
  if (isText && Buffer.byteLength(reason.trim()) <= CANCEL_REASON_BYTES_MAX) return { ok: true, reason: reason.trim() };
  return refuse(
    `${name} is ${quoteValue(reason)}; it must be text on one line of at most ${CANCEL_REASON_BYTES_MAX} bytes.`,
  );
}

function refuse(message: string): ParseCancellationResult {
  return { ok: false, message };
}
