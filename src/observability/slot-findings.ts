import type { Finding } from '../domain/alerts/alert';
import type { WorkerReading } from './workers-report';

/** Who was last seen silent, by registration. */
export type SilentSlots = ReadonlySet<string>;

/** However long a process may be silent before it is ended, a person hears of its silence after this. */
const ALERT_AT_LATEST_MS = 120_000;

/**
 * How old a heartbeat is when a person is told, milliseconds.
 *
 * @param heartbeatTimeoutMs when the slot is lost, and whoever started the process ends it
 */
export function alertAfterMs(heartbeatTimeoutMs: number): number {
  return Math.min(heartbeatTimeoutMs, ALERT_AT_LATEST_MS);
}

/** One registration as it was just read. */
export interface ReadSlot {
  readonly id: string;
  readonly reading: WorkerReading;
  /** The slot was lost because nothing was heard any more. */
  readonly wasLost: boolean;
}

/**
 * What is new since the last look: whose heartbeats stopped, and whose came back.
 *
 * @param atMs UTC
 */
export function slotFindings(
  before: SilentSlots,
  slots: readonly ReadSlot[],
  atMs: number,
): { readonly silent: SilentSlots; readonly findings: readonly Finding[] } {
  const silent = new Set(before);
  const findings: Finding[] = [];
  for (const { id, reading, wasLost } of slots) {
    const { type: subject, status, holder, heartbeatAgeMs = 0 } = reading;
    const who = `${subject} (process ${holder?.pid ?? 'unknown'} on ${holder?.host ?? 'an unknown host'})`;
    const isSilent = status === 'silent' || wasLost;
    if (isSilent && !silent.has(id)) {
      silent.add(id);
      const since = wasLost ? 'has lost its slot' : `was last heard of ${Math.round(heartbeatAgeMs / 1_000)} s ago`;
      const text = `${who} sends no heartbeat: it ${since}. Look whether it hangs; "oncefill start" ends and restarts what hangs beside it.`;
      findings.push({ rule: 'heartbeat_lost', subject, holds: true, text, atMs });
    }
    // One that is starting, or gone, has not been heard of.
    if (['running', 'idle', 'busy'].includes(status) && silent.delete(id)) {
      findings.push({ rule: 'heartbeat_lost', subject, holds: false, text: `${who} sends heartbeats again.`, atMs });
    }
  }
  return { silent, findings };
}
