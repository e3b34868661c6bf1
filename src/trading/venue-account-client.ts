import type { CommitCommand } from '../domain/ledger/types';
import type { TradingEnvironment } from '../domain/trading-venue';
import { venueAccountWorkflowId } from '../messages/ids';
import {
  batchUpdate,
  commitSignal,
  type AccountAnswer,
  type AccountCommand,
  type AccountRequest,
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
    wants?: Pick<AccountRequest, 'tellBounds'>,
  ): Promise<AccountAnswer<Kind>>;

  /**
   * Tells an account what an order took, without its answer, which costs the server less than a request; many at once cost
   * less as requests, in one batch.
   *
   * @returns whether it is in the account's history; false: something else is asked of the account, or it is not known
   *   whether it was told, and `commit` is to be requested
   */
  tellFillIfIdle(venue: string, command: CommitCommand): Promise<boolean>;
}

/** A signal that took longer may have come all the same: the request that follows it then changes nothing. */
const TELL_MAX_MS = 1_000;

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
    wants: Pick<AccountRequest, 'tellBounds'> = {},
  ): Promise<AccountAnswer<Kind>> {
    return this.batchesTo(venue).add({ kind, command, ...wants });
  }

  async tellFillIfIdle(venue: string, command: CommitCommand): Promise<boolean> {
    const tell = () => this.entities.signal(this.workflowIdOf(venue), commitSignal, [command], TELL_MAX_MS);
    return this.batchesTo(venue).besideIfIdle(tell);
  }

  private workflowIdOf(venue: string): string {
    return venueAccountWorkflowId({ environment: this.environment, venue });
  }

  private batchesTo(venue: string): RequestBatches {
    let batches = this.batches.get(venue);
    if (!batches) {
      const workflowId = this.workflowIdOf(venue);
      batches = new RequestBatches(
        (requests) => this.entities.update(workflowId, batchUpdate, requests),
        ENTITY_WAITERS_MAX,
      );
      this.batches.set(venue, batches);
    }
    return batches;
  }
}
