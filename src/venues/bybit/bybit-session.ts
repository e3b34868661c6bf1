import type { LimitFigures, VenueOutcome } from '../../domain/outcome';
import type { OutwardProxy } from '../../net/outward-proxy';
import { traceRequest } from '../ccxt/request-trace';
import type { RequestTrace } from '../ccxt/request-trace';
import { createTransport, RESPONSE_BYTES_MAX } from '../ccxt/transport';
import type { Transport } from '../ccxt/transport';
import { VenueClock } from '../ccxt/venue-clock';
import { cleanMessage, isHeldBack, NO_PERMIT_CODE, replyFromTrace, withoutSecrets } from '../ccxt/venue-reply';
import type { VenueReply } from '../ccxt/venue-reply';
import { withPermit, type RequestPermits } from '../request-permit';
import { NoPermitError, VenueError } from '../venue';
import type { EndpointGroup, LimitReport, RequestReport, UnreadableRows } from '../venue';
import { BybitClient } from './bybit-client';
import type { BybitClientOptions } from './bybit-client';
import { classifyLeverageReply, classifyReadReply, limitCountsOf, limitFiguresOf, replyTimeMs } from './outcomes';
import { timePayload } from './payloads';

export type BybitSessionOptions = Omit<BybitClientOptions, 'clock' | 'transport'> & {
  readonly permits: RequestPermits;
  readonly proxy?: OutwardProxy;
};

/** The largest body of a reply: a page of orders or positions is some 200 kB, the list of all markets 1 MiB. */
const REPLY_BYTES_MAX: Readonly<Record<EndpointGroup, number>> = {
  order: 1_048_576,
  account: 1_048_576,
  market_data: RESPONSE_BYTES_MAX,
};

/** What a schema found wrong, the first one first. */
interface Faults {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

/** The part of a zod schema that is used. */
interface Schema<Payload> {
  safeParse(value: unknown): { success: true; data: Payload } | { success: false; error: Faults };
}

export interface Answer<Payload> {
  readonly payload: Payload;
  readonly trace: RequestTrace;
}

export interface ClassifiedAnswer {
  readonly outcome: VenueOutcome;
  /** We held it back ourselves: nothing left. */
  readonly isHeldBack: boolean;
  /** Empty: it said nothing of them. */
  readonly limits: LimitFigures;
  readonly trace: RequestTrace;
}

/** One connection to the venue: sends one request per call, classifies its answer, reports limits, keeps the clock. */
export class BybitSession {
  readonly clock = new VenueClock();
  readonly client: BybitClient;
  private readonly transport: Transport;
  private readonly limitListeners: ((report: LimitReport) => void)[] = [];
  private readonly requestListeners: ((report: RequestReport) => void)[] = [];
  private readonly jumpListeners: ((byMs: number) => void)[] = [];
  private readonly rowListeners: ((report: UnreadableRows) => void)[] = [];
  private readonly permits: RequestPermits;
  private clockMeasurement: Promise<number> | undefined;

  constructor(options: BybitSessionOptions) {
    const { permits, requestTimeoutMs, proxy } = options;
    this.permits = permits;
    this.transport = createTransport(requestTimeoutMs, permits === 'not needed' ? permits : 'needed', proxy);
    this.client = new BybitClient({ ...options, clock: this.clock, transport: this.transport });
  }

  onLimitReport(listener: (report: LimitReport) => void): void {
    this.limitListeners.push(listener);
  }

  onRequestReport(listener: (report: RequestReport) => void): void {
    this.requestListeners.push(listener);
  }

  onClockJump(listener: (byMs: number) => void): void {
    this.jumpListeners.push(listener);
  }

  onUnreadableRows(listener: (report: UnreadableRows) => void): void {
    this.rowListeners.push(listener);
  }

  reportRows(report: UnreadableRows): void {
    tell(this.rowListeners, report);
  }

  close(): Promise<void> {
    return this.transport.close();
  }

  /**
   * A public request.
   * @throws VenueError with the classified answer, also when it cannot be read; NoPermitError: nothing was sent
   */
  async readPublic<Payload>(schema: Schema<Payload>, request: () => Promise<unknown>): Promise<Answer<Payload>> {
    return this.read('market_data', schema, request);
  }

  /**
   * A signed read.
   * @throws VenueError as for readPublic
   */
  async readAccount<Payload>(schema: Schema<Payload>, request: () => Promise<unknown>): Promise<Answer<Payload>> {
    await this.ensureClock();
    return this.read('account', schema, request);
  }

  /**
   * A signed request that sets a leverage. It counts as an order: both may be asked ten times a second. Asking again changes
   * nothing, so that whatever proves nothing is thrown as of a read.
   * @throws VenueError as for readPublic
   */
  async setLeverage<Payload>(schema: Schema<Payload>, request: () => Promise<unknown>): Promise<Answer<Payload>> {
    await this.ensureClock();
    return this.read('order', schema, request, classifyLeverageReply);
  }

  /**
   * A signed request that changes orders. The clock must have been measured. Never throws.
   * @param sendBeforeMonotonicMs see RequestTrace
   */
  async command(
    request: () => Promise<unknown>,
    classify: (reply: VenueReply) => VenueOutcome,
    sendBeforeMonotonicMs?: number,
  ): Promise<ClassifiedAnswer> {
    const { trace, error } = await traceRequest(request, {
      sendBeforeMonotonicMs,
      replyBytesMax: REPLY_BYTES_MAX.order,
    });
    const reply = replyFromTrace(trace, error, Date.now());
    const outcome = classify(reply);
    this.report('order', outcome, reply);
    await this.correctClock(outcome, reply, trace);
    return { outcome, isHeldBack: isHeldBack(reply), limits: limitFiguresOf(reply), trace };
  }

  /** Measures the venue's clock under a permit of its own; concurrent callers share one request. */
  measureClock(): Promise<number> {
    this.clockMeasurement ??= this.requestTime().finally(() => {
      this.clockMeasurement = undefined;
    });
    return this.clockMeasurement;
  }

  /** Measures the clock once per process, so that the first signature is already on the venue's time. */
  async ensureClock(): Promise<void> {
    if (!this.clock.isMeasured) await this.measureClock();
  }

  /** Why a command cannot be signed with the venue's time; nothing of it was sent then. */
  async findClockFault(): Promise<VenueOutcome | undefined> {
    try {
      await this.ensureClock();
      return undefined;
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      const { outcome } = error;
      const isPassing = outcome.kind === 'UNKNOWN' || outcome.kind === 'REJECTED';
      const message = cleanMessage(`The venue's clock could not be measured, nothing was sent. ${outcome.message}`);
      return { ...outcome, kind: isPassing ? 'NOT_PLACED' : outcome.kind, message };
    }
  }

  private async read<Payload>(
    endpoint: EndpointGroup,
    schema: Schema<Payload>,
    request: () => Promise<unknown>,
    classifyFailure: (reply: VenueReply) => VenueOutcome = classifyReadReply,
  ): Promise<Answer<Payload>> {
    const { trace, result, error } = await traceRequest(request, { replyBytesMax: REPLY_BYTES_MAX[endpoint] });
    const reply = replyFromTrace(trace, error, Date.now());
    if (error !== undefined) {
      const outcome = classifyFailure(reply);
      this.report(endpoint, outcome, reply);
      await this.correctClock(outcome, reply, trace);
      throw reply.transportError === NO_PERMIT_CODE ? new NoPermitError(outcome) : new VenueError(outcome);
    }
    this.report(endpoint, undefined, reply);
    // Rows and their names go into histories: a venue that echoes our key in one must not put it there.
    const clean = withoutSecrets(result);
    if (clean === undefined) {
      const message = 'The answer of the venue is refused: it would take too long to look through.';
      throw new VenueError({ kind: 'UNKNOWN', httpStatus: reply.httpStatus, message });
    }
    const parsed = schema.safeParse(clean);
    if (parsed.success) return { payload: parsed.data, trace };
    throw new VenueError({
      kind: 'UNKNOWN',
      httpStatus: reply.httpStatus,
      message: cleanMessage(`The venue answered with fields that are missing or malformed${firstFault(parsed.error)}.`),
    });
  }

  private async requestTime(): Promise<number> {
    const ask = (): Promise<Answer<{ time: number }>> =>
      this.readPublic(timePayload, () => this.client.publicGetV5MarketTime());
    const { permits } = this;
    // Never the permit of whoever needs the time: that is for the caller's own request.
    const { payload, trace } = permits === 'not needed' ? await ask() : await withPermit(await permits.forClock(), ask);
    this.recordClock(payload.time, trace);
    return payload.time;
  }

  /** A refused timestamp carries the venue's own time: it corrects the clock without another request. */
  private async correctClock(outcome: VenueOutcome, reply: VenueReply, trace: RequestTrace): Promise<void> {
    if (outcome.kind !== 'NOT_PLACED' || outcome.venueCode === undefined) return;
    const venueTimeMs = replyTimeMs(reply);
    if (venueTimeMs !== undefined) {
      this.recordClock(venueTimeMs, trace);
      return;
    }
    await this.measureClock().catch((error: unknown) => {
      // The refusal stands either way; the next request is refused again and tries once more.
      process.emitWarning(`The venue's clock could not be measured: ${(error as Error).message}`);
    });
  }

  private recordClock(venueTimeMs: number, trace: RequestTrace): void {
    const { sentAtMonotonicMs, receivedAtMonotonicMs } = trace;
    if (sentAtMonotonicMs === undefined || receivedAtMonotonicMs === undefined) return;
    const jumpMs = this.clock.record(venueTimeMs, sentAtMonotonicMs, receivedAtMonotonicMs);
    if (jumpMs !== undefined) tell(this.jumpListeners, jumpMs);
  }

  private report(endpoint: EndpointGroup, outcome: VenueOutcome | undefined, reply: VenueReply): void {
    if (!isHeldBack(reply)) tell(this.requestListeners, { endpoint, outcome });
    if (reply.httpStatus === undefined) return;
    const { limit, remaining } = limitCountsOf(reply);
    const report: LimitReport = {
      endpoint,
      kind: limitKind(outcome),
      remaining,
      limit,
      resumeAtMs: outcome?.retryAtMs,
      resumeAfterMs: outcome?.retryAfterMs,
      observedAtMs: reply.receivedAtMs,
    };
    tell(this.limitListeners, report);
  }
}

/** Names the field; its value stays where it is. */
function firstFault({ issues: [first] }: Faults): string {
  return first === undefined ? '' : `: ${first.path.map(String).join('.')} (${first.message})`;
}

/** What the venue did with an order must reach the caller, whatever a listener does. */
function tell<Report>(listeners: readonly ((report: Report) => void)[], report: Report): void {
  for (const listener of listeners) {
    try {
      listener(report);
    } catch (error) {
      process.emitWarning(`A listener to the venue's answers failed: ${(error as Error).message}`);
    }
  }
}

function limitKind(outcome: VenueOutcome | undefined): LimitReport['kind'] {
  if (outcome?.kind === 'RATE_LIMITED') return 'rate_limited';
  return outcome?.kind === 'BANNED' ? 'banned' : 'ok';
}
