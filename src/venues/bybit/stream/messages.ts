import { createHmac, createSign } from 'node:crypto';
import { z } from 'zod';
import type { StreamEvent } from '../../../domain/venue-stream/session';
import type { Credentials } from '../../ccxt/credentials';
import type { StreamHint } from '../../stream';
import { isPong, readFrame, refusalWords, type Frame } from './frame';

/** How long the venue takes our authentication for new. */
const AUTH_VALIDITY_MS = 10_000;
/** Rows of one message that are read; the venue sends one or a few. */
const ROWS_MAX = 200;
const TOPIC = 'order';
const FINAL_STATUSES: ReadonlySet<string> = new Set([
  'Filled',
  'Cancelled',
  'Rejected',
  'PartiallyFilledCanceled',
  'Deactivated',
]);

const row = z.object({
  category: z.literal('linear').optional(),
  symbol: z.string(),
  orderLinkId: z.string().regex(/^[\w-]{1,36}$/),
  orderStatus: z.string().regex(/^[A-Za-z]{1,40}$/),
  cumExecQty: z
    .string()
    .regex(/^\d{1,30}(\.\d{1,30})?$/)
    .optional()
    .catch(undefined),
});

export interface ReadMessage {
  readonly event: StreamEvent;
  readonly hints: readonly StreamHint[];
}

const NO_HINTS: readonly StreamHint[] = [];

/**
 * What one text frame says. Rows that cannot be read, and those of other symbols, are left out: they hide nothing, because
 * nothing depends on being told.
 */
export function readMessage(text: string, symbols: ReadonlySet<string>): ReadMessage {
  const frame = readFrame(text);
  if (frame === undefined) return { event: { kind: 'unreadable' }, hints: NO_HINTS };
  const { topic, data } = frame;
  if (topic === TOPIC || topic?.startsWith(`${TOPIC}.`)) {
    return { event: { kind: 'news' }, hints: readRows(data, symbols) };
  }
  return { event: readAnswer(frame), hints: NO_HINTS };
}

function readAnswer(frame: Frame): StreamEvent {
  const { op } = frame;
  if (isPong(frame)) return { kind: 'pong' };
  if (op !== 'auth' && op !== 'subscribe') return { kind: 'other' };
  if (frame.isTaken) return { kind: op === 'auth' ? 'authenticated' : 'subscribed' };
  return { kind: 'refused', reason: refusalWords(op === 'auth' ? 'the keys' : 'the subscription', frame) };
}

function readRows(data: unknown, symbols: ReadonlySet<string>): readonly StreamHint[] {
  const rows: readonly unknown[] = Array.isArray(data) ? data.slice(0, ROWS_MAX) : [];
  return rows.flatMap((candidate) => {
    if (isNameless(candidate)) return [];
    const parsed = row.safeParse(candidate);
    if (!parsed.success || !symbols.has(parsed.data.symbol)) return [];
    const { orderLinkId: clientOrderId, orderStatus: status, cumExecQty: filledQuantity } = parsed.data;
    return [{ clientOrderId, isFinal: FINAL_STATUSES.has(status), status, filledQuantity }];
  });
}

/** A stop of a position, or an order of somebody else's: most rows are, and to find out why they cannot be read takes long. */
function isNameless(candidate: unknown): boolean {
  return (
    typeof candidate === 'object' && candidate !== null && 'orderLinkId' in candidate && candidate.orderLinkId === ''
  );
}

/**
 * Says who we are. The text holds the key and a signature: it is for the venue alone.
 *
 * @param nowMs the venue's clock
 */
export function authentication({ apiKey, apiSecret }: Credentials, nowMs: number): string {
  const expires = nowMs + AUTH_VALIDITY_MS;
  return JSON.stringify({
    op: 'auth',
    args: [apiKey.reveal(), expires, sign(`GET/realtime${expires}`, apiSecret.reveal())],
  });
}

/** An RSA key signs, any other secret is shared: as for requests. */
function sign(text: string, secret: string): string {
  return secret.startsWith('-----BEGIN ')
    ? createSign('RSA-SHA256').update(text).sign(secret, 'base64')
    : createHmac('sha256', secret).update(text).digest('hex');
}

export const SUBSCRIPTION = JSON.stringify({ op: 'subscribe', args: [TOPIC] });
export const PING = JSON.stringify({ op: 'ping' });
