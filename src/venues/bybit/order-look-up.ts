import type { LookUpAnswer } from '../../domain/market';
import { VenueError } from '../venue';
import type { BybitSession } from './bybit-session';
import { readRowsOf } from './order-rows';
import type { RowsOf } from './order-rows';
import { executionsPayload, ordersPayload } from './payloads';
import { RowFault } from './rows';

/** Bybit's longest window of a query, and what it shows of the past where none is named. */
const WINDOW_MAX_MS = 7 * 24 * 60 * 60 * 1_000;
/** How much earlier than asked for a window begins: the instant was taken from our measure of the venue's clock. */
const WINDOW_MARGIN_MS = 60_000;

/** A look-up of one order: the real-time list, then the history, which lags behind, then the fills. */
export interface OrderLookUp extends Pick<RowsOf, 'clientOrderId' | 'symbol' | 'feeAsset'> {
  readonly category: string;
  /** See Venue. */
  readonly sinceMs?: number;
  readonly mayAsk?: () => Promise<void>;
}

/** Asks for one order. The venue's clock must have been measured. @throws VenueError when an answer proves nothing */
export async function lookUpOrder(session: BybitSession, lookUp: OrderLookUp): Promise<LookUpAnswer> {
  const { category, symbol, clientOrderId, sinceMs, mayAsk } = lookUp;
  const query = { category, symbol, orderLinkId: clientOrderId };
  const startedAtMs = session.clock.nowMs();
  const past = { ...query, ...lookUpWindow(sinceMs, startedAtMs) };

  const open = await ask(session, () => session.client.privateGetV5OrderRealtime(query));
  const first = read(open.rows, lookUp, open.answeredAtMs);
  // Of several orders under one id the list may show a part alone, once nothing of them is open.
  const isWhole = first.status === 'order' && (first.parts === 1 || first.order.status === 'open');
  if (first.status === 'order' && isWhole) return { status: 'found', order: first.order };

  await mayAsk?.();
  const closed = await ask(session, () => session.client.privateGetV5OrderHistory(past));
  const all = read([...open.rows, ...closed.rows], lookUp, closed.answeredAtMs);
  if (all.status === 'order') return { status: 'found', order: all.order };
  if (all.status === 'taken') {
    throw unproven('The venue refused a second order of this id, and does not show the first one.');
  }

  await mayAsk?.();
  await checkNoFills(session, past);
  // The first answer's instant: an order accepted between the two requests could be in neither of them. Of the venue's own
  // stamp and our measure of its clock the earlier one counts, so that neither can be too late.
  return { status: 'absent', askedAtMs: Math.min(startedAtMs, open.answeredAtMs) };
}

interface Rows {
  readonly rows: readonly unknown[];
  readonly answeredAtMs: number;
}

async function ask(session: BybitSession, request: () => Promise<unknown>): Promise<Rows> {
  const { payload } = await session.readAccount(ordersPayload, request);
  return { rows: payload.result.list, answeredAtMs: payload.time };
}

function read(rows: readonly unknown[], lookUp: OrderLookUp, answeredAtMs: number): ReturnType<typeof readRowsOf> {
  try {
    return readRowsOf(rows, { ...lookUp, answeredAtMs });
  } catch (error) {
    throw error instanceof RowFault ? unproven(error.message) : error;
  }
}

/**
 * The history of orders may lag behind the fills.
 * @throws VenueError when there are any: the order exists, whatever the other answers say
 */
async function checkNoFills(session: BybitSession, query: Readonly<Record<string, string | number>>): Promise<void> {
  const { payload } = await session.readAccount(executionsPayload, () =>
    session.client.privateGetV5ExecutionList(query),
  );
  if (payload.result.list.length > 0) {
    throw unproven('The venue shows fills, and not yet the order they belong to.');
  }
}

function unproven(message: string): VenueError {
  return new VenueError({ kind: 'UNKNOWN', message });
}

/**
 * The window of a query about the past that holds an order made since then.
 *
 * @param sinceMs on the venue's clock
 * @param nowMs the venue's clock
 * @returns no window without an instant, and with one that lies ahead: the venue's clock was set back since it was taken
 */
function lookUpWindow(sinceMs: number | undefined, nowMs: number): { startTime?: number; endTime?: number } {
  if (sinceMs === undefined || sinceMs > nowMs) return {};
  const startTime = sinceMs - WINDOW_MARGIN_MS;
  const endTime = startTime + WINDOW_MAX_MS;
  return endTime < nowMs ? { startTime, endTime } : { startTime };
}
