import type { FaultPlan } from '../src/paper-venue/faults/fault-plan';
import type { PaperAudit } from '../src/paper-venue/http/paper-routes';
import { VenueAuditor } from '../chaos/venue-auditor';
import { pause } from '../chaos/waiting';

const OBSERVE_INTERVAL_MS = 1_000;
const REQUEST_TIMEOUT_MS = 3_000;
/** Whoever comes back after it is banned again. */
const BAN_MS = 20_000;

/** No request gets through. */
export const OUTAGE: FaultPlan = { seed: 1, rate: 1, weights: { connection_reset: 1 }, targets: [] };
export const BAN: FaultPlan = { seed: 1, rate: 0, targets: [{ fault: 'ban', delayMs: BAN_MS }] };

/** The paper venue from outside: its books, which must be right at every moment, and the trouble that it makes. */
export class Venue {
  readonly auditor: VenueAuditor;
  private trouble: FaultPlan | undefined;
  /** The start of the venue that makes the trouble: a later one has to be told. */
  private troubledStartMs: number | undefined;
  private isHealed = true;
  private latest: PaperAudit | undefined;

  constructor(private readonly url: string) {
    // The model's orders are not sent by us.
    this.auditor = new VenueAuditor(url, () => true);
  }

  /** Looks at the books until it is stopped. @throws Violation */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await this.observe();
      await pause(OBSERVE_INTERVAL_MS, stop).catch(() => undefined);
    }
  }

  /** @returns the last books that it showed. @throws Violation */
  async observe(): Promise<PaperAudit | undefined> {
    const audit = await this.auditor.observe();
    this.latest = audit ?? this.latest;
    if (audit && this.trouble && this.troubledStartMs !== audit.startedAtMs) {
      if (await this.post(this.trouble)) this.troubledStartMs = audit.startedAtMs;
    }
    if (audit && !this.trouble && !this.isHealed) this.isHealed = await this.post({});
    return this.latest;
  }

  /** From now on, also when it is started again. */
  async begin(trouble: FaultPlan): Promise<void> {
    this.trouble = trouble;
    this.troubledStartMs = undefined;
    await this.observe();
  }

  async heal(): Promise<void> {
    this.trouble = undefined;
    this.isHealed = false;
    await this.observe();
  }

  private async post(plan: object): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}/paper/faults`, {
        method: 'POST',
        body: JSON.stringify(plan),
        headers: { 'content-type': 'application/json' },
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      return response.ok;
    } catch {
      // It was just killed: the next look tells it again.
      return false;
    }
  }
}
