import type { Client } from '@temporalio/client';
import { explainAtTheDoor } from '../domain/explain/door';
import { explain } from '../domain/explain/explain';
import type { Explanation, PositionNote } from '../domain/explain/types';
import type { SignalView } from '../domain/signal-view';
import { isRecord } from '../domain/plain-values';
import { historyToJson, type HistoryJson } from '../temporal/history-json';
import { readEvents } from '../temporal/recorded-events';
import { readDoorNotes } from './door-trace';
import { joinRuns, readRun, type RecordedRun } from './recorded-signal';
import { readingHistory } from './recorded-shape';
import { callServer } from './server-call';
import { SignalWorkflows } from './signal-workflows';
import { viewOfSteps } from './view-of-steps';

/** Earlier runs of a signal that are read; of what came before nothing is told. */
const FORMER_RUNS_MAX = 20;
/** How long a workflow may take to tell how it stands. Its engine may be gone, and its history tells the most of it. */
const TELLING_MAX_MS = 1_000;
const ASK_AGAIN = {
  unanswered: 'The Temporal server does not answer, or no trading engine does. Ask again in a moment.',
};

export interface SignalExplainerOptions {
  readonly client: Client;
  /** Where the door's trace lies. */
  readonly dataDir: string;
  /** Longest that an explanation may take, milliseconds; absent: each of its parts as long as every call to the server. */
  readonly withinMs?: number;
  /** Absent: nothing is said of positions. */
  readonly positionOf?: (view: SignalView, timeoutMs: number) => Promise<PositionNote | undefined>;
}

/** What is kept of a signal beyond the server's memory. Replays as what the server's own command line prints does. */
export interface ExportedSignal extends HistoryJson {
  readonly fingerprint: string;
  readonly exportedAt: string;
  /** Oldest first. */
  readonly formerRuns?: readonly HistoryJson[];
}

/** Explains signals by what the server, the door and the positions know of them. */
export class SignalExplainer {
  private readonly workflows: SignalWorkflows;

  constructor(private readonly options: SignalExplainerOptions) {
    this.workflows = new SignalWorkflows(options.client);
  }

  /**
   * @returns undefined: nobody knows of such a signal (any more)
   * @throws IntakeUnavailableError where the server does not answer
   * @throws HistoryFormatError, HistoryKeyError where its history cannot be read
   */
  async explain(fingerprint: string): Promise<Explanation | undefined> {
    const { client, dataDir, withinMs, positionOf } = this.options;
    const door = readDoorNotes(dataDir, { fingerprint });
    const endsAtMs = withinMs === undefined ? Infinity : Date.now() + withinMs;
    const found = await callServer(client, { ...ASK_AGAIN, timeoutMs: withinMs }, async () => {
      const told = await this.workflows.readWithin(fingerprint, TELLING_MAX_MS, endsAtMs);
      return told && { told, histories: await this.histories(fingerprint) };
    });
    if (!found) return door.length === 0 ? undefined : explainAtTheDoor(door);
    const { told } = found;
    return readingHistory(async () => {
      const run = joinRuns(await runsOf(found.histories));
      const view = 'untold' in told ? (run.view ?? viewOfSteps(run, told.untold)) : told;
      const position = await positionOf?.(view, Math.min(TELLING_MAX_MS, endsAtMs - Date.now()));
      return explain({ view, recorded: run.recorded, door, ...(position && { position }) });
    });
  }

  /** @returns undefined: the server does not know of it (any more). @throws IntakeUnavailableError */
  async export(fingerprint: string): Promise<ExportedSignal | undefined> {
    const histories = await callServer(this.options.client, ASK_AGAIN, () => this.histories(fingerprint));
    const latest = histories.at(-1);
    if (!latest) return undefined;
    const formerRuns = histories.slice(0, -1);
    const exportedAt = new Date().toISOString();
    return { fingerprint, exportedAt, ...(formerRuns.length > 0 && { formerRuns }), ...latest };
  }

  /** @param orderId what we call the order at the venue, or what the venue calls it */
  findByOrder(orderId: string): Promise<string | undefined> {
    return callServer(this.options.client, ASK_AGAIN, () => this.workflows.findByOrder(orderId));
  }

  /** Oldest first; empty: there is no such signal. */
  private async histories(fingerprint: string): Promise<readonly HistoryJson[]> {
    const workflowId = await this.workflows.holderId(fingerprint);
    if (workflowId === undefined) return [];
    const histories: HistoryJson[] = [];
    for (let runId: string | undefined, count = 0; count <= FORMER_RUNS_MAX; count += 1) {
      const handle = this.options.client.workflow.getHandle(workflowId, runId);
      const history = historyToJson(await handle.fetchHistory());
      histories.unshift(history);
      runId = formerRunIdOf(history);
      if (runId === undefined) break;
    }
    return histories;
  }
}

function formerRunIdOf(history: HistoryJson): string | undefined {
  const runId = readEvents(history)[0]?.attributes['continuedExecutionRunId'];
  return typeof runId === 'string' && runId !== '' ? runId : undefined;
}

async function runsOf(histories: readonly unknown[]): Promise<readonly RecordedRun[]> {
  const runs: RecordedRun[] = [];
  for (const history of histories) runs.push(await readRun(readEvents(history)));
  return runs;
}

/**
 * Explains a signal by a history that was kept, without a server.
 *
 * @param json what `oncefill signal export` or `temporal workflow show --output json` printed
 * @throws HistoryFormatError, HistoryKeyError
 */
export async function explainHistory(json: unknown): Promise<Explanation> {
  const former = isRecord(json) && Array.isArray(json['formerRuns']) ? (json['formerRuns'] as readonly unknown[]) : [];
  return readingHistory(async () => {
    const run = joinRuns(await runsOf([...former, json]));
    return explain({ view: run.view ?? viewOfSteps(run), recorded: run.recorded });
  });
}
