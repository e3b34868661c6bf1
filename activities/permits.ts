import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { AcquireCommand } from '../src/domain/rate-window/types';
import type { Intent } from '../src/domain/signal';
import { rateLimiterWorkflowId } from '../src/messages/ids';
import { acquireUpdate } from '../src/messages/rate-limiter';
import { VenueError, type EndpointGroup } from '../src/venues/venue';
import type { EntityCaller } from './entity-caller';

/** A permit in this process's own time. */
export type Permit =
  | { readonly status: 'granted'; readonly notBeforeMs: number; readonly expiresAtMs: number }
  | { readonly status: 'refused'; readonly message: string };

/** A read that would have to wait longer than this is given back to its workflow, which waits durably. */
export const READ_WAIT_MAX_MS = 3_000;
/** A permit can lapse while this process is busy; then another is asked for, at most this often. */
const READ_PERMITS_MAX = 3;

/** Asks the venue's limiter for permits. */
export class Permits {
  constructor(
    private readonly entities: EntityCaller,
    private readonly venue: string,
  ) {}

  /**
   * @param command the request id decides the permit: asking again gives the same one
   * @returns the permit with instants on this process's clock
   */
  async acquire(command: AcquireCommand): Promise<Permit> {
    const askedAtMs = Date.now();
    const reply = await this.entities.update(
      rateLimiterWorkflowId(this.venue),
      acquireUpdate,
      command.requestId,
      command,
    );
    if (reply.status === 'refused') return { status: 'refused', message: reply.message };
    // The limiter answered between our asking and now: counting the wait from now and the validity from then is on the
    // safe side of both.
    const waitMs = reply.notBeforeMs - reply.answeredAtMs;
    const validMs = reply.expiresAtMs - reply.answeredAtMs;
    return {
      status: 'granted',
      notBeforeMs: waitMs <= 0 ? askedAtMs : Date.now() + waitMs,
      expiresAtMs: askedAtMs + validMs,
    };
  }

  /**
   * Waits for a permit for a read and returns when the request may be sent.
   *
   * @param weight positive integer; absent: the endpoint's own
   * @throws VenueError (RATE_LIMITED) when the wait would be long: nothing was sent
   */
  async forRead(endpoint: EndpointGroup, intent: Intent, weight?: number): Promise<void> {
    for (let count = 1; count <= READ_PERMITS_MAX; count += 1) {
      const permit = await this.acquire({
        requestId: `read:${randomUUID()}`,
        endpoint,
        intent,
        weight,
        notAfterMs: Date.now() + READ_WAIT_MAX_MS,
      });
      if (permit.status === 'refused') {
        throw new VenueError({
          kind: 'RATE_LIMITED',
          message: permit.message,
          retryAtMs: Date.now() + READ_WAIT_MAX_MS,
        });
      }
      await delay(Math.max(0, permit.notBeforeMs - Date.now()));
      if (Date.now() <= permit.expiresAtMs) return;
    }
    throw new VenueError({ kind: 'RATE_LIMITED', message: 'This process is too busy to use its permits in time.' });
  }
}
