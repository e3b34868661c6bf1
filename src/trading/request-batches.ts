import {
  BATCH_REQUESTS_MAX,
  type AccountAnswer,
  type AccountRequest,
  type AccountRequestKind,
} from '../messages/venue-account';

/**
 * Batches under way to one account. What a call costs the server hardly depends on how many requests it holds, so that a
 * burst is meant to travel in few large ones; a second batch under way would only make them smaller.
 */
const BATCHES_MAX = 1;

/** For whoever finds so many before him. */
export function tooManyWait(waitersMax: number): Error {
  return new Error(
    `More than ${waitersMax} requests wait for the venue's account already; this one is made again in a moment.`,
  );
}

interface WaitingRequest {
  readonly request: AccountRequest;
  readonly resolve: (answer: AccountAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers what one account is asked for while earlier batches are under way. */
export class RequestBatches {
  private inFlight = 0;
  private isBesideUnderWay = false;
  private waiting: WaitingRequest[] = [];

  /**
   * @param send sends one batch and gives its answers in the order of the requests
   * @param waitersMax requests that may wait for a place in a batch
   */
  constructor(
    private readonly send: (requests: readonly AccountRequest[]) => Promise<readonly AccountAnswer[]>,
    private readonly waitersMax: number,
  ) {}

  /** @throws what `send` throws, and an Error when too many requests wait */
  add<Kind extends AccountRequestKind>(request: AccountRequest<Kind>): Promise<AccountAnswer<Kind>> {
    if (this.waiting.length >= this.waitersMax) {
      return Promise.reject(tooManyWait(this.waitersMax));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push(waitingRequest(request, resolve, reject));
      // What is asked for in the same turn travels together.
      queueMicrotask(() => this.sendNext());
    });
  }

  /**
   * Calls what needs no batch, one at a time, while none is under way or waits.
   *
   * @returns whether it was called and did not fail
   */
  async besideIfIdle(call: () => Promise<void>): Promise<boolean> {
    if (this.inFlight > 0 || this.waiting.length > 0 || this.isBesideUnderWay) return false;
    this.isBesideUnderWay = true;
    try {
      await call();
      return true;
    } catch {
      // The batch that follows meets what is wrong, if it still is.
      return false;
    } finally {
      this.isBesideUnderWay = false;
    }
  }

  private sendNext(): void {
    if (this.inFlight >= BATCHES_MAX || this.waiting.length === 0) return;
    const batch = this.waiting.splice(0, BATCH_REQUESTS_MAX);
    this.inFlight += 1;
    void this.sendBatch(batch).finally(() => {
      this.inFlight -= 1;
      this.sendNext();
    });
  }

  private async sendBatch(batch: readonly WaitingRequest[]): Promise<void> {
    try {
      const answers = await this.send(batch.map(({ request }) => request));
      if (answers.length !== batch.length) throw new Error(`${answers.length} answers to ${batch.length} requests.`);
      for (const [index, answer] of answers.entries()) batch[index]?.resolve(answer);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

/**
 * The one place where an answer gets the type of its request: a batch is one list of answers, the account gives them in
 * the order of the requests (workflows/account-batch.ts), and `sendBatch` hands each to the request at its index.
 */
function waitingRequest<Kind extends AccountRequestKind>(
  request: AccountRequest<Kind>,
  resolve: (answer: AccountAnswer<Kind>) => void,
  reject: (error: unknown) => void,
): WaitingRequest {
  return { request, resolve: (answer) => resolve(answer as AccountAnswer<Kind>), reject };
}
