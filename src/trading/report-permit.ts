import { randomUUID } from 'node:crypto';
import type { Intent } from '../domain/signal';
import { isPermitGood } from '../domain/send-check';
import type { RequestPermit } from '../venues/request-permit';
import type { FreshPermit, Permits } from './permits';

/** A report that would have to wait for longer asks for a permit of its own, when it is needed. */
const WAIT_MAX_MS = 500;

/**
 * The permit for the next report of orders, asked for before an order is sent: it travels to the venue's account in one
 * step with what the order itself needs. Orders that are under way at once share it, as they share the report.
 */
export class ReportPermit {
  private expecting = 0;
  private asking?: Promise<void>;
  private inHand?: FreshPermit & { readonly requestId: string };

  /** @param intent in whose share of the limits it is asked for */
  constructor(
    private readonly permits: Permits,
    private readonly intent: Intent,
  ) {}

  /**
   * Says that an order may soon need a report.
   *
   * @returns to be called once, when it does not any more; what is left unused then is given back
   */
  expect(): () => Promise<void> {
    this.expecting += 1;
    if (!this.asking && !this.alive()) this.asking = this.ask();
    return async () => {
      this.expecting -= 1;
      if (this.expecting > 0) return;
      await this.asking;
      if (this.expecting === 0) await this.giveBackUnused();
    };
  }

  /** @returns one that can be used now; undefined: there is none, and one for later is given back */
  async take(): Promise<RequestPermit | undefined> {
    await this.asking;
    const permit = this.alive();
    if (!permit || !isPermitGood(permit, performance.now())) {
      await this.giveBackUnused();
      return undefined;
    }
    this.inHand = undefined;
    return permit.token;
  }

  private async ask(): Promise<void> {
    const requestId = `read:${randomUUID()}`;
    try {
      const permit = await this.permits.acquire({
        requestId,
        endpoint: 'account',
        intent: this.intent,
        waitMaxMs: WAIT_MAX_MS,
      });
      this.inHand = permit.status === 'granted' ? { ...permit, requestId } : undefined;
    } catch {
      // The report asks again, and says what is wrong if it still is.
      this.inHand = undefined;
    } finally {
      this.asking = undefined;
    }
  }

  private async giveBackUnused(): Promise<void> {
    const unused = this.alive();
    this.inHand = undefined;
    // One that lapsed, or cannot be given back, leaves the windows by itself.
    if (unused) await this.permits.giveBack(unused.requestId).catch(() => undefined);
  }

  private alive(): ReportPermit['inHand'] {
    return this.inHand && performance.now() <= this.inHand.expiresAtMs ? this.inHand : undefined;
  }
}
