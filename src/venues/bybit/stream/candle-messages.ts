import { z } from 'zod';
import type { Candle } from '../../../domain/market';
import type { PushedCandle } from '../../candle-stream';
import { decimal } from '../fields';
import { INTERVALS } from '../intervals';
import { isPong, readFrame, refusalWords } from './frame';

/** Rows of one message that are read; the venue sends one, and two at a close. */
const ROWS_MAX = 10;
/** One that is unknown has the whole request refused: the others in it are few. */
const TOPICS_PER_REQUEST = 10;
/** All that one connection may ask for, as the venue documents it; what has no room is asked by requests. */
const TOPIC_CHARACTERS_MAX = 21_000;
/** Quotes and a comma. */
const AROUND_TOPIC = 3;

const row = z.object({
  start: z.int().min(0),
  end: z.int(),
  open: decimal,
  high: decimal,
  low: decimal,
  close: decimal,
  volume: decimal,
});

/** What one message on the public stream says. */
export type CandleMessage =
  | { readonly kind: 'candles'; readonly candles: readonly PushedCandle[] }
  /** The answer to one request for topics. */
  | { readonly kind: 'answer'; readonly isTaken: boolean; readonly reason: string }
  | { readonly kind: 'pong' | 'other' | 'unreadable' };

/** What is told of each topic. */
export type Topics = ReadonlyMap<string, { readonly symbol: string; readonly intervalMs: number }>;

/** As many as one connection may ask for, in the order of the symbols; none of an interval that is not offered. */
export function topicsOf(symbols: readonly string[], intervalMs: number): Topics {
  const interval = INTERVALS.get(intervalMs);
  const topics = new Map<string, { readonly symbol: string; readonly intervalMs: number }>();
  let characters = 0;
  for (const symbol of interval === undefined ? [] : symbols) {
    const topic = `kline.${interval}.${symbol}`;
    characters += topic.length + AROUND_TOPIC;
    if (characters > TOPIC_CHARACTERS_MAX) break;
    topics.set(topic, { symbol, intervalMs });
  }
  return topics;
}

/** The requests for all topics, a text each. */
export function subscriptionsTo(topics: Topics): readonly string[] {
  const names = [...topics.keys()];
  const texts: string[] = [];
  for (let from = 0; from < names.length; from += TOPICS_PER_REQUEST) {
    texts.push(JSON.stringify({ op: 'subscribe', args: names.slice(from, from + TOPICS_PER_REQUEST) }));
  }
  return texts;
}

/** Candles in progress, rows that cannot be read, and those that nobody asked for are left out. */
export function readCandleMessage(text: string, topics: Topics): CandleMessage {
  const frame = readFrame(text);
  if (frame === undefined) return { kind: 'unreadable' };
  const { op, isTaken, topic, data } = frame;
  if (topic !== undefined) {
    const of = topics.get(topic);
    const candles = of === undefined ? [] : readRows(data, of.intervalMs).map((candle) => ({ ...of, candle }));
    return { kind: 'candles', candles };
  }
  if (isPong(frame)) return { kind: 'pong' };
  if (op !== 'subscribe') return { kind: 'other' };
  return { kind: 'answer', isTaken, reason: refusalWords('the subscription', frame) };
}

function readRows(data: unknown, intervalMs: number): readonly Candle[] {
  const rows: readonly unknown[] = Array.isArray(data) ? data.slice(0, ROWS_MAX) : [];
  return rows.flatMap((candidate) => {
    if (!isClosed(candidate)) return [];
    const parsed = row.safeParse(candidate);
    if (!parsed.success) return [];
    const { start: openTimeMs, end, open, high, low, close, volume } = parsed.data;
    const isWhole = openTimeMs % intervalMs === 0 && end === openTimeMs + intervalMs - 1;
    return isWhole ? [{ openTimeMs, open, high, low, close, volume }] : [];
  });
}

/** Most rows are of candles in progress: no more of them is read. */
function isClosed(candidate: unknown): boolean {
  return typeof candidate === 'object' && candidate !== null && 'confirm' in candidate && candidate.confirm === true;
}
