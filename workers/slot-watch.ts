import { type Client, WorkflowFailedError } from '@temporalio/client';
import type { Finding } from '../src/domain/alerts/alert';
import type { ComponentSlot } from '../src/messages/component';
import { componentWorkflowId } from '../src/messages/ids';
import { alertAfterMs, slotFindings, type ReadSlot, type SilentSlots } from '../src/observability/slot-findings';
import { listSlots, readSlot } from '../src/observability/slots';
import { judgeSlot } from '../src/observability/workers-report';

const LOOK_INTERVAL_MS = 5_000;

/** Looks whose heartbeats stop, from a process that none of them is. */
export class SlotWatch {
  private readonly silentAfterMs: number;
  private silent: SilentSlots = new Set();
  /** The list is late, and forgets who has just lost its slot. */
  private known: ReadonlySet<string> = new Set();
  private timer: NodeJS.Timeout | undefined;
  private isLooking = false;

  constructor(
    private readonly client: Client,
    heartbeatTimeoutMs: number,
    private readonly tell: (finding: Finding) => void,
    private readonly lookIntervalMs = LOOK_INTERVAL_MS,
  ) {
    this.silentAfterMs = alertAfterMs(heartbeatTimeoutMs);
  }

  start(): void {
    // Who cannot be asked proves nothing about anybody.
    this.timer ??= setInterval(() => void this.look().catch(() => undefined), this.lookIntervalMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      const listed = await listSlots(this.client);
      const ids = [...new Set([...listed, ...this.known])];
      const slots = await Promise.all(ids.map((id) => this.read(id)));
      // Those that left are looked for no longer; those that were lost, until they are back.
      this.known = new Set(
        slots.filter(({ reading, wasLost }) => reading.status !== 'absent' || wasLost).map(({ id }) => id),
      );
      const { silent, findings } = slotFindings(this.silent, slots, Date.now());
      this.silent = silent;
      findings.forEach(this.tell);
    } finally {
      this.isLooking = false;
    }
  }

  private async read(id: string): Promise<ReadSlot> {
    const slot = await readSlot(this.client, id);
    const type = slot?.holder?.component ?? id.slice(componentWorkflowId('').length);
    const reading = { ...judgeSlot(type, slot, this.silentAfterMs, Date.now()), holder: slot?.holder };
    return { id, reading, wasLost: slot?.isHeld === false && (await this.wasLost(id)) };
  }

  private async wasLost(id: string): Promise<boolean> {
    try {
      const { state } = (await this.client.workflow.getHandle(id).result()) as ComponentSlot;
      return state === 'lost';
    } catch (error) {
      // Ended by hand, or by its successor: nobody was lost by that.
      if (error instanceof WorkflowFailedError) return false;
      throw error;
    }
  }
}
