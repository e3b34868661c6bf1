import { isUtf8 } from 'node:buffer';
import type { HookSource } from '../config/hooks-schema';
import { readPairs } from '../domain/hooks/read-pairs';
import { readJsonBody } from '../intake/json-body';

/**
 * Reads an alert's body as its source writes it. The content type does not count: TradingView calls text/plain what is no JSON once
 * its placeholders are filled in, and programs call JSON so that never said what they send.
 *
 * @returns the value, or in one sentence what is wrong with the body and where
 */
export function readAlertBody(
  { body: form }: Pick<HookSource, 'body'>,
  bytes: Buffer,
): { readonly value: unknown } | { readonly fault: string } {
  if (form === 'json') return readJsonBody(bytes);
  if (!isUtf8(bytes)) return { fault: 'The body is not UTF-8.' };
  return readPairs(bytes.toString('utf8'));
}
