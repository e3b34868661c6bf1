import type { Finding } from '../domain/alerts/alert';
import type { StartMode } from '../supervisor/plan';
import { deadSupervisors, lastSignMs } from '../observability/supervisor-sight';

/**
 * What is to be told of starts of before that ended without an orderly stop; this one takes their locks over, so that it is told once.
 *
 * @param parts whose locks this start takes
 * @param nowMs UTC, milliseconds
 */
export function deathsBefore(dataDir: string, parts: readonly StartMode[], nowMs: number): readonly Finding[] {
  const dead = deadSupervisors(dataDir, parts);
  if (dead.length === 0) return [];
  const lastMs = lastSignMs(dataDir);
  const at = lastMs === undefined ? 'unknown' : `${new Date(lastMs).toISOString().slice(0, 19)}Z`;
  const text = `"oncefill start" had died (process ${dead.join(', ')}; last sign at about ${at}): what it ran stood still from then until now.`;
  return [{ rule: 'process_died', subject: 'supervisor', holds: true, text, isFact: true, atMs: nowMs }];
}
