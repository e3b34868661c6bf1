import type { TradingEnvironment } from '../domain/trading-venue';
import { venueAccountWorkflowId } from '../messages/ids';
import {
  batchUpdate,
  type AccountAnswer,
  type AccountCommand,
  type AccountRequestKind,
} from '../messages/venue-account';
import { ENTITY_WAITERS_MAX, type EntityCaller } from './entity-caller';
import { RequestBatches } from './request-batches';

/** Whoever answers requests to venues' accounts. */
export interface AccountRequester {
  /** @param venue the account's */
  request<Kind extends AccountRequestKind>(
    venue: string,
    kind: Kind,
    command: AccountCommand<Kind>,
  ): Promise<AccountAnswer<Kind>>;
}

/**
 * Sends requests to venues' accounts, in batches: what is asked of one account at the same time travels together. Safe to
 * repeat: the account knows a command by its request id and answers from its present state.
 */
export class VenueAccountClient implements AccountRequester {
  private readonly batches = new Map<string, RequestBatches>();

  /** @param environment the one that this process trades in */
  constructor(
    private readonly entities: EntityCaller,
    private readonly environment: TradingEnvironment,
  ) {}

  /** @throws what the client throws when the account does not answer, and an Error when too many requests wait for it */
  async request<Kind extends AccountRequestKind>(
    venue: string,
    kind: Kind,
    command: AccountCommand<Kind>,
  ): Promise<AccountAnswer<Kind>> {
    return this.batchesTo(venue).add({ kind, command });
  }

  private batchesTo(venue: string): RequestBatches {
    let batches = this.batches.get(venue);
    if (!batches) {
      const workflowId = venueAccountWorkflowId({ environment: this.environment, venue });
      batches = new RequestBatches(
        (requests) => this.entities.update(workflowId, batchUpdate, requests),
        ENTITY_WAITERS_MAX,
      );
      this.batches.set(venue, batches);
    }
    return batches;
  }
}
