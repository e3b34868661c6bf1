import { AsyncLocalStorage } from 'node:async_hooks';
import { isPermitGood, type GrantedPermit } from '../domain/send-check';

/** Whether every request needs a permit. Said where a venue is made, so that nobody goes without one by forgetting it. */
export type RequestPermits =
  | {
      /**
       * Asks for the permit of a measurement of the venue's clock, which no caller asked for.
       * @throws NoPermitError
       */
      readonly forClock: () => Promise<RequestPermit>;
    }
  /** For a process beside the one that trades, which makes few requests. */
  | 'not needed';

/** The right to send one request, between two instants of this process's monotonic clock. */
export class RequestPermit {
  #isTaken = false;

  constructor(private readonly granted: GrantedPermit) {}

  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** Whether it has ended, used or not. @param nowMs on the monotonic clock */
  isOverAt(nowMs: number): boolean {
    return !(nowMs <= this.granted.expiresAtMs);
  }

  /** Nothing can be sent with it any more. */
  void(): void {
    this.#isTaken = true;
  }

  /**
   * Uses it up.
   * @param nowMs on the monotonic clock
   * @returns whether the request may leave now
   */
  take(nowMs: number): boolean {
    if (this.#isTaken || !isPermitGood(this.granted, nowMs)) return false;
    this.#isTaken = true;
    return true;
  }
}

/** The permits that a piece of work has for its requests, in the order in which it got them. */
export class Purse {
  private readonly permits: RequestPermit[] = [];

  add(permit: RequestPermit): void {
    this.permits.push(permit);
  }

  /** Uses up the oldest one that is good; what is not will never be again. @returns whether there was one */
  take(nowMs: number): boolean {
    for (let permit = this.permits.shift(); permit !== undefined; permit = this.permits.shift()) {
      if (permit.take(nowMs)) return true;
    }
    return false;
  }
}

const storage = new AsyncLocalStorage<Purse>();

/** The permits of the work that the current asynchronous context belongs to. */
export function currentPurse(): Purse | undefined {
  return storage.getStore();
}

/** Runs work that sends one request, or that asks for more permits (`addPermit`) on its way. */
export function withPermit<Result>(permit: RequestPermit, work: () => Promise<Result>): Promise<Result> {
  const purse = new Purse();
  purse.add(permit);
  return storage.run(purse, work);
}

/** Gives the work that is under way a permit for its next request. */
export function addPermit(permit: RequestPermit): void {
  const purse = storage.getStore();
  if (purse === undefined) throw new Error('A permit was added outside of the work that it is for.');
  purse.add(permit);
}
