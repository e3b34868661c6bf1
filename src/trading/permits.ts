import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { AcquireCommand } from '../domain/limiter/types';
import { isPermitGood, type GrantedPermit, type PermitAnswer } from '../domain/send-check';
import type { Intent } from '../domain/signal';
import { RequestPermit } from '../venues/request-permit';
import { NoPermitError, type EndpointGroup } from '../venues/venue';
import { permitWords } from './permit-words';
import type { AccountRequester } from './venue-account-client';

/** A permit as the limiter answered it just now. */
export type FreshPermit = GrantedPermit & {
  /** This call booked it: nobody else can have used it. */
  readonly isNew: boolean;
  /** What its request is sent with; used up already where an earlier answer's was. */
  readonly token: RequestPermit;
};

export type PermitReply = FreshPermit | Exclude<PermitAnswer, { status: 'granted' }>;

/** A read that would have to wait longer than this is given back to its workflow, which waits durably. */
const READ_WAIT_MAX_MS = 3_000;
/** A permit can lapse while this process is busy; then another is asked for, at most this often. */
const READ_PERMITS_MAX = 3;
/** Timers count in whole milliseconds, and may end one of them early. */
const TIMER_EARLY_MS = 1;
/** An answer that took longer says too little about when it was given. */
const CLOCK_ANSWER_MAX_MS = 1_000;

/** Permits whose tokens are remembered; more than the limiter lets wait at once, and each only until it ends. */
const TOKENS_MAX = 10_000;

/** Asks the venue's limiter for permits. */
export class Permits {
  /** By request id, in the order in which they were given: one that is asked for again must not be used twice. */
  private readonly tokens = new Map<string, RequestPermit>();
  private answeredAtMs: number | undefined;
  private aheadOfUsMs: number | undefined;

  constructor(
    private readonly accounts: AccountRequester,
    private readonly venue: string,
    /** Told of each new permit how long it has to be waited for. */
    private readonly onPermit: (endpoint: string, waitMs: number) => void = () => undefined,
    /** Told of each permit for a read that ended before its request left. */
    private readonly onLapse: (endpoint: string) => void = () => undefined,
  ) {}

  /** An instant that has passed, on the clock of the venue's account; undefined: it has not answered yet. */
  get accountTimeMs(): number | undefined {
    return this.answeredAtMs;
  }

  /** How far the account's clock is ahead of this machine's, milliseconds, by its latest quick answer. */
  get accountAheadMs(): number | undefined {
    return this.aheadOfUsMs;
  }

  /**
   * What is left until an instant of the server's clock, milliseconds: of the account's clock, where it is known how far
   * that is from this machine's.
   */
  leftUntil(atMs: number): number {
    return atMs - (Date.now() + (this.aheadOfUsMs ?? 0));
  }

  /**
   * Asks for a permit. What begins later than `waitMaxMs` from the answer is refused, also where the account's rules do
   * not know that bound yet: it is given back then.
   *
   * @param command the request id decides the permit: asking again gives the same one, except that a ban or penalty
   *   since then moves its start, possibly behind its end, and that an entry may have given way to one of another strategy
   * @returns the permit with instants on this process's monotonic clock
   */
  async acquire(command: AcquireCommand): Promise<PermitReply> {
    const askedAtMs = performance.now();
    const reply = await this.accounts.request(this.venue, 'acquire', command);
    this.compareClocks(reply.answeredAtMs, performance.now() - askedAtMs);
    // The last answer, also where the clock was put back since: it must not be ahead of what the account will say next.
    this.answeredAtMs = reply.answeredAtMs;
    if (reply.status !== 'granted') return { status: 'refused', message: permitWords(reply.message) };
    const ownWaitMs = reply.notBeforeMs - reply.answeredAtMs;
    if (reply.isNew && command.waitMaxMs !== undefined && ownWaitMs > command.waitMaxMs) {
      await this.giveBackLate(command.requestId);
      const lateMs = Math.ceil(ownWaitMs - command.waitMaxMs);
      return {
        status: 'refused',
        message: `The venue's request limits leave room only ${(lateMs / 1_000).toFixed(1)} s after the signal's time to live. Send fewer signals.`,
      };
    }
    // The limiter answered between our asking and now: counting the wait from now and the validity from then is on the
    // safe side of both.
    const waitMs = Math.max(reply.notBeforeMs, reply.blockedUntilMs) - reply.answeredAtMs;
    const validMs = reply.expiresAtMs - reply.answeredAtMs;
    if (reply.isNew) this.onPermit(command.endpoint, waitMs);
    const permit = {
      status: 'granted',
      askedAtMs,
      notBeforeMs: waitMs <= 0 ? askedAtMs : performance.now() + waitMs,
      expiresAtMs: askedAtMs + validMs,
    } as const;
    return { ...permit, isNew: reply.isNew, token: this.tokenOf(command.requestId, permit) };
  }

  /** Gives back a permit that was new and that nothing was sent with. */
  async giveBack(requestId: string): Promise<void> {
    await this.accounts.request(this.venue, 'giveBack', { requestId });
  }

  /**
   * Waits for a permit for one request and returns when it may be sent.
   *
   * @throws NoPermitError (RATE_LIMITED) when the wait would be long: nothing was sent
   */
  async forRead(endpoint: EndpointGroup, intent: Intent): Promise<RequestPermit> {
    return (await this.granted(endpoint, intent)).token;
  }

  /**
   * The same for several requests that are booked together, and may all be sent then.
   *
   * @param count of requests, positive integer
   * @param weight of one request, positive integer
   * @returns as many permits
   * @throws NoPermitError as forRead
   */
  async forReads(
    endpoint: EndpointGroup,
    intent: Intent,
    count: number,
    weight: number,
  ): Promise<readonly RequestPermit[]> {
    const granted = await this.granted(endpoint, intent, count * weight);
    return Array.from({ length: count }, () => new RequestPermit(granted));
  }

  private async granted(endpoint: EndpointGroup, intent: Intent, weight?: number): Promise<FreshPermit> {
    for (let count = 1; count <= READ_PERMITS_MAX; count += 1) {
      const command: AcquireCommand = {
        requestId: `read:${randomUUID()}`,
        endpoint,
        intent,
        weight,
        waitMaxMs: READ_WAIT_MAX_MS,
      };
      let permit = await this.grantedForRead(command);
      if (permit.notBeforeMs > performance.now()) {
        await delay(Math.ceil(permit.notBeforeMs - performance.now()) + TIMER_EARLY_MS);
        // The venue may have banned us during the wait: the second answer tells.
        permit = await this.grantedForRead(command);
      }
      if (isPermitGood(permit, performance.now())) return permit;
      this.onLapse(endpoint);
    }
    throw new NoPermitError({ kind: 'RATE_LIMITED', message: 'This process is too busy to use its permits in time.' });
  }

  /** @throws NoPermitError (RATE_LIMITED) when there is no permit within READ_WAIT_MAX_MS */
  private async grantedForRead(command: AcquireCommand): Promise<FreshPermit> {
    const permit = await this.acquire(command);
    if (permit.status === 'granted' && permit.notBeforeMs <= performance.now() + READ_WAIT_MAX_MS) return permit;
    // The venue has banned us since it was booked; nobody else has its id, and nothing was sent with it.
    if (permit.status === 'granted') await this.giveBackLate(command.requestId);
    const message = permit.status === 'refused' ? permit.message : 'The venue refuses requests for a while.';
    throw new NoPermitError({ kind: 'RATE_LIMITED', message, retryAfterMs: READ_WAIT_MAX_MS });
  }

  /** A permit may have moved since it was answered before; it stays one permit for one request. */
  private tokenOf(requestId: string, permit: GrantedPermit): RequestPermit {
    const before = this.tokens.get(requestId);
    if (before?.isTaken === true) return before;
    before?.void();
    const token = new RequestPermit(permit);
    this.tokens.delete(requestId);
    this.tokens.set(requestId, token);
    this.forgetTokens();
    return token;
  }

  private forgetTokens(): void {
    const nowMs = performance.now();
    for (const [requestId, token] of this.tokens) {
      if (this.tokens.size <= TOKENS_MAX && !token.isOverAt(nowMs)) return;
      this.tokens.delete(requestId);
    }
  }

  /** One that cannot be given back leaves the windows by itself. */
  private async giveBackLate(requestId: string): Promise<void> {
    await this.giveBack(requestId).catch(() => undefined);
  }

  private compareClocks(accountMs: number, tookMs: number): void {
    if (tookMs > CLOCK_ANSWER_MAX_MS) return;
    this.aheadOfUsMs = Math.round(accountMs - (Date.now() - tookMs / 2));
  }
}
