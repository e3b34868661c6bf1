import { QueryNotRegisteredError } from '@temporalio/client';
import Decimal from 'decimal.js';
import type { Config } from '../src/config/schema';
import { REPORT_DELAY_MAX_MS } from '../src/domain/ledger/state';
import type { SignalOutcome, SignalView } from '../src/domain/signal-view';
import { IntakeUnavailableError } from '../src/intake/types';
import { balancesQuery, refreshSignal, reservationsQuery } from '../src/messages/venue-account';
import { tradingVenueOf } from '../src/config/trading-environment';
import { venueAccountWorkflowId } from '../src/messages/ids';
import { QUERY_TOO_EARLY } from '../src/messages/query-guard';
import { pollUntil } from '../src/process/poll';
import type { Access } from './product';
import type { HandedIn } from './submitter';
import type { AuditedOrder, VenueAuditor } from './venue-auditor';
import { assertInvariant, Violation } from './violation';
import { forEachOf, within } from './waiting';

/** Questions to the server at once. */
const QUESTIONS_MAX = 8;
/**
 * The ledger follows the venue with its next report; after a clock was set, with the first that is certain to contain what
 * was claimed before.
 */
const BOOKS_EQUAL_MAX_MS = REPORT_DELAY_MAX_MS + 30_000;

export type Views = ReadonlyMap<string, SignalView>;

/**
 * Waits until every signal has ended.
 *
 * @throws Violation when one has not in time
 */
export async function waitForEnds(
  access: Access,
  handedIn: readonly Pick<HandedIn, 'fingerprint'>[],
  timeoutMs: number,
  signal: AbortSignal,
  onProgress: (ended: number) => void = () => undefined,
): Promise<Views> {
  const views = new Map<string, SignalView>();
  const allEnded = async (): Promise<boolean> => {
    const open = handedIn.filter(({ fingerprint }) => views.get(fingerprint)?.state !== 'ENDED');
    await forEachOf(open, QUESTIONS_MAX, async ({ fingerprint }) => {
      const view = await show(access, fingerprint);
      if (view) views.set(fingerprint, view);
    });
    const ended = [...views.values()].filter(({ state }) => state === 'ENDED').length;
    onProgress(ended);
    return ended === handedIn.length;
  };
  if (await pollUntil(allEnded, within(timeoutMs, signal))) return views;
  const pending = handedIn.filter(({ fingerprint }) => views.get(fingerprint)?.state !== 'ENDED');
  const states = pending.map(({ fingerprint }) => {
    const view = views.get(fingerprint);
    return `${fingerprint} ${view?.state ?? 'unknown'}: ${view?.detail ?? ''}`;
  });
  throw new Violation('every signal ends', `${pending.length} did not within ${timeoutMs} ms: ${states.join(' | ')}`);
}

/** @returns undefined while nobody answers */
export async function show({ intake }: Access, fingerprint: string): Promise<SignalView | undefined> {
  try {
    return await intake.show(fingerprint);
  } catch (error) {
    // Server or engine are still coming back; the caller's bound decides.
    if (error instanceof IntakeUnavailableError) return undefined;
    if (!(error instanceof QueryNotRegisteredError)) throw error;
    if (error.message.includes(QUERY_TOO_EARLY)) return undefined;
    throw new Violation('every signal can be asked', `${fingerprint}: ${error.message}`);
  }
}

/** Every signal's account of itself, compared with the venue's books. @throws Violation */
export function checkSignals(
  handedIn: readonly (Pick<HandedIn, 'fingerprint' | 'clientOrderId'> & Partial<HandedIn>)[],
  views: Views,
  orders: readonly AuditedOrder[],
): void {
  for (const { fingerprint, clientOrderId, planned } of handedIn) {
    const view = views.get(fingerprint);
    const own = orders.filter(({ orderLinkId }) => orderLinkId === clientOrderId);
    const fault = view?.outcome === undefined ? 'it has no outcome' : faultOf(view.outcome, view, own);
    assertInvariant(fault === undefined, 'every signal tells the truth about its order', () =>
      JSON.stringify({ fault, planned, view, orders: own }),
    );
  }
}

function faultOf(outcome: SignalOutcome, view: SignalView, orders: readonly AuditedOrder[]): string | undefined {
  const [order, ...others] = orders;
  if (others.length > 0) return `${orders.length} orders`;
  const filled = new Decimal(order?.cumExecQty ?? 0);
  if (!filled.equals(view.order?.filledQuantity ?? 0)) return `the venue filled ${filled.toFixed()}`;
  switch (outcome) {
    case 'FILLED':
      return order?.orderStatus === 'Filled' ? undefined : 'there is no filled order';
    case 'PARTIALLY_FILLED':
      return order?.orderStatus === 'Cancelled' && filled.gt(0) ? undefined : 'there is no order filled in part';
    case 'CANCELLED':
      return order === undefined || (order.orderStatus === 'Cancelled' && filled.isZero())
        ? undefined
        : 'the order was not cancelled';
    case 'REJECTED':
      return order === undefined || order.orderStatus === 'Rejected'
        ? undefined
        : `there is an order, ${order.orderStatus}`;
    case 'DENIED':
    case 'EXPIRED':
      return order === undefined ? undefined : `there is an order, ${order.orderStatus}`;
  }
}

/**
 * Waits until the ledger holds nothing and equals the venue. What is available moves with the prices of open positions;
 * what was paid and what is locked does not.
 *
 * @throws Violation when they differ for good
 */
export async function checkBooks(
  { client }: Access,
  config: Config,
  auditor: VenueAuditor,
  signal: AbortSignal,
): Promise<void> {
  const ledger = client.workflow.getHandle(venueAccountWorkflowId(tradingVenueOf(config)));
  const asset = config.venues[config.venue]?.settleAsset ?? '';
  let difference = '';
  const areEqual = async (): Promise<boolean> => {
    await ledger.signal(refreshSignal);
    const reservations = await ledger.query(reservationsQuery);
    const { assets } = await ledger.query(balancesQuery);
    const { total, locked, reserved, unsettled } = assets[asset] ?? {};
    const audited = (await auditor.observe())?.balances[asset];
    const ours = { total, locked, reserved, unsettled, pending: reservations.length };
    const theirs = { total: audited?.total, locked: audited?.locked, reserved: '0', unsettled: '0', pending: 0 };
    difference = `ledger ${JSON.stringify(ours)}, expected ${JSON.stringify(theirs)}`;
    return JSON.stringify(ours) === JSON.stringify(theirs);
  };
  const equal = await pollUntil(areEqual, within(BOOKS_EQUAL_MAX_MS, signal));
  assertInvariant(equal === true, 'the ledger equals the venue', () => difference);
}
