import type { Payload, PayloadCodec } from '@temporalio/common';
import type { RecordedHistory } from './history-files';

/** What the server or the SDK's core itself reads, and so stays in the open; `data` is the core's part of a marker. */
const OPEN_FIELDS = ['searchAttributes', 'header', 'data', 'patch-data'];

function isPayload(value: object): value is Payload {
  return 'metadata' in value && value.metadata !== null && Object.hasOwn(value.metadata as object, 'encoding');
}

/** A copy of a value with its payloads sealed. */
async function sealWithin(value: unknown, codec: PayloadCodec): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((one) => sealWithin(one, codec)));
  // Numbers of 64 bits, bytes and dates are values, not messages.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || 'low' in value) return value;
  if (isPayload(value)) return (await codec.encode([value]))[0];
  const entries = Object.entries(value).map(async ([name, one]) => [
    name,
    OPEN_FIELDS.includes(name) ? one : await sealWithin(one, codec),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

/** A recorded history as a server would have kept it for an installation with keys. */
export async function sealHistory({ name, history }: RecordedHistory, codec: PayloadCodec): Promise<RecordedHistory> {
  return { name, history: (await sealWithin(history, codec)) as RecordedHistory['history'] };
}

/** What somebody reads who has a history and no key, in one text; search attributes are in the open on purpose. */
export function readable(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).filter(([name]) => name !== 'searchAttributes');
  return entries.map(([name, one]) => `${name} ${readable(one)}`).join('\n');
}
