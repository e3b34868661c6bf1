import { bundleWorkflowCode, DefaultLogger, type InjectedSinks, type ReplayWorkerOptions } from '@temporalio/worker';
import { replayHistories } from '../../src/temporal/worker';
import type { OutcomeSinks } from './fixtures/outcome-recorder';
import type { RecordedHistory } from './history-files';

/** An update that a recorded run answered: what was answered then, and what is answered when the run is replayed. */
export interface ReplayedAnswer {
  readonly history: string;
  readonly updateId: string;
  /** JSON, byte for byte as it travelled. */
  readonly recorded: string;
  /** Absent: the replay did not get that far. */
  readonly replayed: string | undefined;
}

/** What a replay came to. */
export interface ReplayReport {
  /** Each history's name with what replaying it says; undefined: the same commands. */
  readonly errors: readonly (readonly [name: string, error: string | undefined])[];
  readonly answers: readonly ReplayedAnswer[];
}

/** Bundles workflows so that a replay of them tells its answers. */
export function bundleForReplay(workflowsPath: string): ReturnType<typeof bundleWorkflowCode> {
  return bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: [
      require.resolve('../../workflows/query-guard'),
      require.resolve('./fixtures/outcome-recorder'),
    ],
    logger: new DefaultLogger('ERROR'),
  });
}

/**
 * Replays histories and gathers the answers.
 *
 * @param workflowBundle of `bundleForReplay`; one of another bundler gives no answers
 */
export async function replay(
  workflowBundle: ReplayWorkerOptions['workflowBundle'],
  recorded: readonly RecordedHistory[],
): Promise<ReplayReport> {
  const answered = new Map<string, string>();
  const names = new Map(recorded.map(({ name, history }) => [startOf(history)?.originalExecutionRunId ?? '', name]));
  const sinks: InjectedSinks<OutcomeSinks> = {
    outcomes: {
      answered: {
        fn({ runId }, updateId, outcome) {
          answered.set(keyOf(names.get(runId), updateId), outcome);
        },
        callDuringReplay: true,
      },
    },
  };
  // A workflow may look at its own id.
  const feed = recorded.map(({ name, history }) => ({ workflowId: startOf(history)?.workflowId || name, history }));
  const errors: [string, string | undefined][] = [];
  for await (const { runId, error } of replayHistories({ workflowBundle, sinks }, feed)) {
    errors.push([names.get(runId) ?? runId, error?.name]);
  }
  const answers = recorded.flatMap(({ name, history }) =>
    recordedAnswers(history).map(({ updateId, outcome }) => ({
      history: name,
      updateId,
      recorded: outcome,
      replayed: answered.get(keyOf(name, updateId)),
    })),
  );
  return { errors, answers };
}

function startOf({ events }: RecordedHistory['history']) {
  return events?.[0]?.workflowExecutionStartedEventAttributes;
}

function keyOf(history: string | undefined, updateId: string): string {
  return `${history} ${updateId}`;
}

/** Updates that failed have no answer of ours. */
function recordedAnswers({ events }: RecordedHistory['history']): { updateId: string; outcome: string }[] {
  return (events ?? []).flatMap(({ workflowExecutionUpdateCompletedEventAttributes: completed }) => {
    const [payload] = completed?.outcome?.success?.payloads ?? [];
    const updateId = completed?.meta?.updateId;
    return payload?.data && updateId ? [{ updateId, outcome: Buffer.from(payload.data).toString() }] : [];
  });
}
