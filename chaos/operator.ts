import { existsSync, readFileSync } from 'node:fs';
import Decimal from 'decimal.js';
import { settleUpdate, type SettleCommand } from '../src/messages/signal';
import { show } from './end-checks';
import { isExpectedRefusal, isUnanswered } from './passing-errors';
import type { Access } from './product';
import type { AuditedOrder, VenueAuditor } from './venue-auditor';
import { assertInvariant } from './violation';
import { forEachOf, pause } from './waiting';

const ATTEND_INTERVAL_MS = 1_000;
/** Signals looked after at once. */
const ATTENDED_MAX = 8;
const SETTLE_TIMEOUT_MS = 5_000;
/** An alert is there at once; the line may have been lost with the engine that a kill ended, and comes again in an hour. */
const ALERT_MAX_MS = 20_000;

/** A signal by its names: one that was handed in, or an exit that a position started. */
export interface NamedSignal {
  readonly fingerprint: string;
  readonly clientOrderId: string;
}

export interface OperatorOptions {
  readonly auditor: VenueAuditor;
  /** What the product has printed. */
  readonly outputFile: string;
  /** All that are known so far: the venue may lose the order of each. */
  readonly signals: () => readonly NamedSignal[];
  /** Times that the engine was killed so far. */
  readonly engineKills: () => number;
}

/**
 * The person that the product asks for help: when it alerts that an order is missing, somebody looks at the exchange and
 * settles the signal with what the venue's own books say. Only orders that the venue really does not show are settled: any
 * other the product has to find again by itself.
 */
export class Operator {
  private readonly settledFingerprints = new Set<string>();
  private readonly missingSinceMs = new Map<string, number>();
  private readonly asked = new Set<string>();

  constructor(private readonly options: OperatorOptions) {}

  /** Signals that ended on the operator's word. */
  get settled(): number {
    return this.settledFingerprints.size;
  }

  /** Looks after missing orders until it is stopped. @throws Violation */
  async run(access: Access, signal: AbortSignal): Promise<never> {
    for (;;) {
      await this.attend(access);
      await pause(ATTEND_INTERVAL_MS, signal);
    }
  }

  private async attend(access: Access): Promise<void> {
    const lost = await this.options.auditor.lostClientIds();
    const concerned = this.options
      .signals()
      .filter(
        ({ clientOrderId, fingerprint }) => lost.has(clientOrderId) && !this.settledFingerprints.has(fingerprint),
      );
    if (concerned.length === 0) return;
    const orders = await this.options.auditor.orders();
    if (!orders) return;
    await forEachOf(concerned, ATTENDED_MAX, (one) => this.lookAfter(access, one, orders));
  }

  private async lookAfter(
    access: Access,
    { fingerprint, clientOrderId }: NamedSignal,
    orders: readonly AuditedOrder[],
  ): Promise<void> {
    const view = await show(access, fingerprint);
    if (view && view.state !== 'MISSING' && this.asked.has(fingerprint)) this.settledFingerprints.add(fingerprint);
    if (view?.state !== 'MISSING') return;
    const word = wordFor(orders.find(({ orderLinkId }) => orderLinkId === clientOrderId));
    if (!word || !this.isAlerted(fingerprint)) return;
    this.asked.add(fingerprint);
    if (await settle(access, fingerprint, word)) this.settledFingerprints.add(fingerprint);
  }

  private isAlerted(fingerprint: string): boolean {
    const { outputFile, engineKills } = this.options;
    const sinceMs = this.missingSinceMs.get(fingerprint) ?? performance.now();
    this.missingSinceMs.set(fingerprint, sinceMs);
    const output = existsSync(outputFile) ? readFileSync(outputFile, 'utf8') : '';
    if (output.split('\n').some((line) => line.includes('ALERT') && line.includes(fingerprint))) return true;
    if (performance.now() - sinceMs < ALERT_MAX_MS) return false;
    assertInvariant(engineKills() > 0, 'a missing order alerts', () => `${fingerprint} did not in ${ALERT_MAX_MS} ms`);
    return true;
  }
}

/** How an order is over at the venue: one that it took, and rejected later, as much as any other. */
const OVER: readonly string[] = ['Filled', 'Cancelled', 'Rejected'];

/** What the books say of an order, as a person would tell it; undefined: it has not ended there. */
function wordFor(order: AuditedOrder | undefined): SettleCommand | undefined {
  if (!order) return { filledQuantity: '0', reason: 'the operator looked: the venue has no such order' };
  if (!OVER.includes(order.orderStatus)) return undefined;
  const { cumExecQty: filledQuantity, avgPrice: averagePrice, cumExecFee: fee, orderStatus } = order;
  const reason = `the operator looked: ${orderStatus} there, ${filledQuantity} filled`;
  return new Decimal(filledQuantity).isZero()
    ? { filledQuantity: '0', reason }
    : { filledQuantity, averagePrice, fee, reason };
}

/** @returns whether the word was taken; false also when nobody answered, and then it is given again */
async function settle({ client }: Access, fingerprint: string, word: SettleCommand): Promise<boolean> {
  const handle = client.workflow.getHandle(fingerprint);
  try {
    const reply = await client.withDeadline(Date.now() + SETTLE_TIMEOUT_MS, () =>
      handle.executeUpdate(settleUpdate, { args: [word] }),
    );
    return reply.accepted;
  } catch (error) {
    if (isUnanswered(error) || isExpectedRefusal(error)) return false;
    throw error;
  }
}
