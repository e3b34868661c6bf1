import { hostname } from 'node:os';
import { identifyProcess } from '../process/pid-file';
import { lastSignMs, lookAtSupervisors, type SupervisorSight } from '../observability/supervisor-sight';
import type { PartHealth } from '../observability/part-health';
import type { StatusPart } from './render-status';

const NAME = 'supervisor';

/**
 * What there is to say of the `oncefill start` of this data folder; nothing while it does its work.
 *
 * @param isAnyRunning whether a process of the product runs here, or elsewhere as far as is known
 */
export async function startParts(
  dataDir: string,
  isAnyRunning: boolean,
  look: (dataDir: string) => Promise<readonly SupervisorSight[]> = lookAtSupervisors,
): Promise<readonly StatusPart[]> {
  const sights = await look(dataDir);
  const parts = sights.flatMap(({ pid, state }): readonly StatusPart[] => {
    if (state === 'silent') {
      const text = `"oncefill start" does not answer: it is busy or just starting, so wait a minute and ask again; if it is silent still, what dies or hangs is not started again: end it with "kill -9 ${pid}", and run it anew`;
      return [{ name: NAME, status: 'unhealthy', pid, text }];
    }
    if (state !== 'dead') return [];
    const lastMs = lastSignMs(dataDir);
    const at = lastMs === undefined ? '' : `, at about ${new Date(lastMs).toISOString().slice(0, 19)}Z`;
    const text = `"oncefill start" does not run: process ${pid} ended without a stop${at}; run it again`;
    return [{ name: NAME, status: 'unhealthy', text }];
  });
  if (parts.length > 0 || sights.length > 0 || isAnyRunning) return parts;
  return [{ name: NAME, status: 'unhealthy', text: '"oncefill start" does not run; run it' }];
}

const THIS_MACHINE = { host: hostname(), isRunning: (pid: number) => identifyProcess(pid) !== undefined };

/** A process of this machine that registered and is gone: what was last heard of it says nothing any more. */
export function deadPart(
  { name, pid, host }: PartHealth,
  { host: here, isRunning }: { readonly host: string; readonly isRunning: (pid: number) => boolean } = THIS_MACHINE,
): StatusPart | undefined {
  if (pid === undefined || host !== here || isRunning(pid)) return undefined;
  return { name, status: 'unhealthy', text: `its process ${pid} is dead` };
}
