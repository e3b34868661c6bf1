import { createHmac } from 'node:crypto';
import { PAPER_API_KEY, PAPER_API_SECRET } from '../src/venues/paper-keys';

/*
 * What the venue says of money, asked as its customers ask it: page by page, with a signature. For a venue without faults.
 */

const REQUEST_TIMEOUT_MS = 5_000;
const RECEIVE_WINDOW_MS = 5_000;
/** Far more than an attack makes. */
const PAGES_MAX = 1_000;

/** What one order closed, without funding. Decimal strings. */
export interface ClosedProfit {
  readonly orderId: string;
  readonly symbol: string;
  readonly closedPnl: string;
}

/** One change of the wallet. Decimal strings. */
export interface WalletChange {
  /** Empty: of no symbol. */
  readonly symbol: string;
  readonly type: string;
  readonly change: string;
  readonly transactionTime: string;
}

export interface VenueLedgers {
  /** Newest first, as the venue lists them. */
  readonly closed: readonly ClosedProfit[];
  readonly changes: readonly WalletChange[];
}

/** @throws Error when the venue refuses or does not answer */
export async function readVenueLedgers(venueUrl: string): Promise<VenueLedgers> {
  const closed = readAll<ClosedProfit>(venueUrl, '/v5/position/closed-pnl', { category: 'linear', limit: '100' });
  const log = { accountType: 'UNIFIED', limit: '50' };
  return { closed: await closed, changes: await readAll<WalletChange>(venueUrl, '/v5/account/transaction-log', log) };
}

async function readAll<Row>(
  venueUrl: string,
  path: string,
  parameters: Readonly<Record<string, string>>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let cursor = '';
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const page = await readPage<Row>(venueUrl, path, { ...parameters, ...(cursor !== '' && { cursor }) });
    rows.push(...page.list);
    cursor = page.nextPageCursor ?? '';
    if (cursor === '') return rows;
  }
  throw new Error(`${path} has more than ${PAGES_MAX} pages.`);
}

interface Page<Row> {
  readonly list: readonly Row[];
  readonly nextPageCursor?: string;
}

async function readPage<Row>(
  venueUrl: string,
  path: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Page<Row>> {
  const query = new URLSearchParams(parameters).toString();
  const timestampMs = Date.now();
  const signed = `${timestampMs}${PAPER_API_KEY}${RECEIVE_WINDOW_MS}${query}`;
  const response = await fetch(`${venueUrl}${path}?${query}`, {
    headers: {
      'X-BAPI-API-KEY': PAPER_API_KEY,
      'X-BAPI-TIMESTAMP': String(timestampMs),
      'X-BAPI-RECV-WINDOW': String(RECEIVE_WINDOW_MS),
      'X-BAPI-SIGN': createHmac('sha256', PAPER_API_SECRET).update(signed).digest('hex'),
    },
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const body = (await response.json()) as { retCode?: number; retMsg?: string; result?: Page<Row> };
  if (body.retCode !== 0 || !body.result) throw new Error(`${path}: ${body.retCode} ${body.retMsg}`);
  return body.result;
}
