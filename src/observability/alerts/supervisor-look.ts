import type { Finding } from '../../domain/alerts/alert';
import { lookAtSupervisors, type SupervisorSight } from '../supervisor-sight';

/** Who answers no look for so long hangs. */
const SILENT_MAX_MS = 20_000;
/** What a start is called where processes are named. */
export const SUPERVISOR = 'supervisor';

/**
 * Looks after the `oncefill start` that looks after everybody else. Its processes end themselves when it dies, so what can be seen
 * from one of them is a start that hangs, or was stopped.
 */
export class SupervisorLook {
  /** Since when each was found silent, by process, on the monotonic clock. */
  private silentSince = new Map<number, number>();

  constructor(
    private readonly look: () => Promise<readonly SupervisorSight[]>,
    private readonly clock = () => performance.now(),
  ) {}

  static of(dataDir: string): SupervisorLook {
    return new SupervisorLook(() => lookAtSupervisors(dataDir));
  }

  /** @returns what is wrong, a sentence; empty: nothing. undefined: it cannot be told, or has not lasted yet */
  async fault(): Promise<string | undefined> {
    const sights = await this.look();
    const nowMs = this.clock();
    const silent = sights.filter(({ state }) => state === 'silent');
    this.silentSince = new Map(silent.map(({ pid }) => [pid, this.silentSince.get(pid) ?? nowMs]));
    const hung = silent.filter(({ pid }) => nowMs - this.silentSince.get(pid)! >= SILENT_MAX_MS);
    if (hung.length > 0) return hung.map(({ pid }) => sentenceOf(pid)).join(' ');
    return silent.length === 0 && sights.some(({ state }) => state === 'answers') ? '' : undefined;
  }
}

function sentenceOf(pid: number): string {
  return `"oncefill start" (process ${pid}) gives no sign of life: what dies or hangs from now on is not started again. Ask "oncefill status" again in a minute; if it is silent still, end it with "kill -9 ${pid}", and run it anew.`;
}

/** @param fault as told by SupervisorLook */
export function ofSupervisor(fault: string | undefined): readonly Omit<Finding, 'atMs'>[] {
  if (fault === undefined) return [];
  const text = fault || '"oncefill start" gives signs of life.';
  // Seen from this machine: no server has to answer for that.
  return [{ rule: 'heartbeat_lost', subject: SUPERVISOR, holds: fault !== '', text, isFact: true }];
}
