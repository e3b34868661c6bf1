import type { Client } from '@temporalio/client';
import type { Reservation } from '../domain/ledger/types';
import type { CancelledEntries } from '../domain/position/resting-entries';
import type { TradingVenue } from '../domain/trading-venue';
import { venueAccountWorkflowId } from '../messages/ids';
import { reservationsQuery } from '../messages/venue-account';
import { queryPatiently } from '../temporal/patient-query';
import { cancelOrders, openOrderOf } from './open-orders';
import { SignalWorkflows } from './signal-workflows';
import type { SignalIntake } from './types';

/** The account is not waited for longer. */
const ASK_TIMEOUT_MS = 5_000;
/** How long cancelled entries are waited for; what has not ended by then may still fill. */
const ENDING_MAX_MS = 8_000;

/** Which entries are meant; of what is absent all. */
export interface MeantEntries {
  readonly symbol?: string;
  /** When they were reserved at the latest, milliseconds UTC: who sent one later knew better. */
  readonly beforeMs?: number;
}

/** Cancels entries by rule, as a person would: each by its signal's own workflow, which alone knows what became of its order. */
export class EntryCanceller {
  constructor(
    private readonly client: Client,
    private readonly ours: TradingVenue,
    private readonly signals: Pick<SignalIntake, 'show' | 'cancel'> = new SignalWorkflows(client),
    private readonly endingMaxMs = ENDING_MAX_MS,
  ) {}

  /**
   * @param words why, for people
   * @returns undefined: no entry was pending
   * @throws what the client throws where the account does not answer
   */
  async cancel({ symbol, beforeMs = Infinity }: MeantEntries, words: string): Promise<CancelledEntries | undefined> {
    const entries = (await this.reservations()).filter(
      ({ intent, metadata, createdAtMs }) =>
        intent === 'entry' && createdAtMs <= beforeMs && (symbol === undefined || metadata.symbol === symbol),
    );
    // What its signal says of it matters once it was told.
    const orders = entries.flatMap((entry) => openOrderOf(entry, undefined) ?? []);
    if (orders.length === 0) return undefined;
    const wish = { reason: words, origin: { by: 'rule' } as const, endingMaxMs: this.endingMaxMs };
    const cancelled = await cancelOrders(this.signals, orders, wish, () => undefined);
    const left = cancelled.filter(({ outcome }) => outcome === undefined).map(({ order }) => order.fingerprint);
    return { ended: cancelled.length - left.length, left };
  }

  private reservations(): Promise<readonly Reservation[]> {
    const account = this.client.workflow.getHandle(venueAccountWorkflowId(this.ours));
    return this.client.withDeadline(Date.now() + ASK_TIMEOUT_MS, () => queryPatiently(account, reservationsQuery));
  }
}
