import type { Payload } from '@temporalio/common';
import { isRecord } from '../domain/plain-values';
import { historyConverter } from './codec/history-codec';

/** One event of a history, as JSON has it. */
export interface RecordedEvent {
  readonly id: string;
  /** Without its prefix: `MARKER_RECORDED`. */
  readonly type: string;
  /** Milliseconds UTC. */
  readonly atMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What is no history of a workflow. The message is one sentence. */
export class HistoryFormatError extends Error {
  override readonly name = 'HistoryFormatError';
}

/**
 * Reads what `temporal workflow show --output json` prints, or `oncefill signal export`.
 *
 * @param json any value
 * @throws HistoryFormatError
 */
export function readEvents(json: unknown): readonly RecordedEvent[] {
  const history = isRecord(json) && isRecord(json['history']) ? json['history'] : json;
  const events = isRecord(history) ? history['events'] : undefined;
  if (!Array.isArray(events) || events.length === 0) {
    throw new HistoryFormatError(
      'It holds no events: it is made with "oncefill signal export FINGERPRINT --out FILE", or "temporal workflow show --workflow-id FINGERPRINT --output json".',
    );
  }
  return events.map(readEvent);
}

function readEvent(event: unknown): RecordedEvent {
  if (!isRecord(event)) throw new HistoryFormatError('It holds an event that is none.');
  const { eventType, eventId, eventTime } = event;
  const name = Object.keys(event).find((key) => key.endsWith('EventAttributes'));
  const attributes = name === undefined ? undefined : event[name];
  return {
    id: String(eventId),
    type: typeof eventType === 'string' ? eventType.replace(/^EVENT_TYPE_/, '') : '',
    atMs: typeof eventTime === 'string' ? Date.parse(eventTime) : Number.NaN,
    attributes: isRecord(attributes) ? attributes : {},
  };
}

/**
 * The first value of a payload's field, opened with this process's keys where it is sealed.
 *
 * @param field `{payloads: […]}`, or the values themselves, as the command line of the server prints them
 * @returns undefined: there is none
 * @throws HistoryKeyError where it is sealed with another key
 */
export async function openPayload(field: unknown): Promise<unknown> {
  if (Array.isArray(field)) return isPayload(field[0]) ? openOne(field[0]) : field[0];
  if (!isRecord(field)) return undefined;
  const { payloads } = field;
  if (Array.isArray(payloads)) return openPayload(payloads);
  return isPayload(field) ? openOne(field) : undefined;
}

interface PayloadJson {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
}

function isPayload(value: unknown): value is PayloadJson {
  return isRecord(value) && isRecord(value['metadata']) && typeof value['metadata']['encoding'] === 'string';
}

async function openOne({ metadata, data }: PayloadJson): Promise<unknown> {
  const bytes = (text: unknown): Uint8Array => Buffer.from(typeof text === 'string' ? text : '', 'base64');
  const entries = Object.entries(metadata).map(([name, text]) => [name, bytes(text)] as const);
  let payloads: Payload[] = [{ metadata: Object.fromEntries(entries), data: bytes(data) }];
  for (const codec of historyConverter().payloadCodecs ?? []) payloads = await codec.decode(payloads);
  const text = Buffer.from(payloads[0]?.data ?? []).toString('utf8');
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
