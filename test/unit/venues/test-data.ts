import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OrderPlan } from '../../../src/domain/market';
import type { OutcomeKind } from '../../../src/domain/outcome';
import type { VenueReply } from '../../../src/venues/ccxt/venue-reply';

export interface ReplyCase {
  readonly name: string;
  readonly markets?: readonly ('spot' | 'usdm')[];
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly kind: OutcomeKind;
  readonly retryAfterMs?: number;
}

/** Our clock in the table tests; the recorded answers carry the same instant as the venue's time. */
export const RECEIVED_AT_MS = 1_672_738_134_824;

/** An order as the adapter gets it: a market order for a hundredth of a bitcoin. */
export const PLAN: OrderPlan = {
  symbol: 'BTCUSDT',
  direction: 'BUY',
  clientOrderId: 'client-1',
  quantity: '0.010',
  reduceOnly: false,
  asset: 'USDT',
  reserveAmount: '170',
  referencePrice: '16597.5',
};

export function readTestData<Data>(venue: 'bybit' | 'binance', file: string): Data {
  const path = join(__dirname, '../../../src/venues', venue, 'test_data', file);
  return JSON.parse(readFileSync(path, 'utf8')) as Data;
}

/** A complete reply as the adapter would describe it. */
export function completeReply(row: Pick<ReplyCase, 'status' | 'headers' | 'body'>): VenueReply {
  const text = typeof row.body === 'string' ? row.body : JSON.stringify(row.body);
  return {
    sent: true,
    httpStatus: row.status,
    headers: Object.fromEntries(Object.entries(row.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])),
    body: parseOrUndefined(text),
    text,
    receivedAtMs: RECEIVED_AT_MS,
  };
}

export function failedReply(details: Partial<VenueReply>): VenueReply {
  return { sent: true, headers: {}, text: '', receivedAtMs: RECEIVED_AT_MS, ...details };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
