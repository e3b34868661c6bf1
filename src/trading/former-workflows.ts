import type { Client } from '@temporalio/client';
import { setBounded } from '../domain/plain-values';
import { readMark, SINCE_CREATION, TRAVELS_SINCE_MARK } from '../temporal/namespace-marks';

/** Runs of which it is remembered that they are former ones; the oldest are forgotten first, and asked about again. */
const RUNS_MAX = 1_000;
/** The mark is of the clock of the engine that made it; clocks of machines differ by less. */
const CLOCKS_DIFFER_MAX_MS = 60_000;

/** Knows which workflows began before the environment travelled along: they name none, and go on all the same. */
export class FormerWorkflows {
  private endedAtMs: number | undefined;
  private readonly known = new Map<string, true>();

  constructor(private readonly client: Client) {}

  /** Whether there can be any in this namespace. Asks anew: the mark may change until the account has moved. */
  async exist(): Promise<boolean> {
    return (await this.readMark()) > 0;
  }

  /** By the server's word for when the run began, never by the workflow's own. */
  async includes(workflowId: string, runId: string): Promise<boolean> {
    if (this.known.has(runId)) return true;
    const endMs = (this.endedAtMs ??= await this.readMark());
    if (endMs === 0) return false;
    const { startTime } = await this.client.workflow.getHandle(workflowId, runId).describe();
    if (startTime.getTime() >= endMs + CLOCKS_DIFFER_MAX_MS) return false;
    setBounded(this.known, runId, true, RUNS_MAX);
    return true;
  }

  /** @returns when the last of them may have begun, milliseconds UTC; 0: there never was one, or nobody knows */
  private async readMark(): Promise<number> {
    const mark = await readMark(this.client, TRAVELS_SINCE_MARK);
    const endMs = mark === undefined || mark === SINCE_CREATION ? 0 : Date.parse(mark);
    return Number.isFinite(endMs) ? endMs : 0;
  }
}
