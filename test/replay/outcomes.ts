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
  const sinks: InjectedSinks<OutcomeSinks> = {
    outcomes: {
      answered: {
        fn({ workflowId }, updateId, outcome) {
          answered.set(keyOf(workflowId, updateId), outcome);
        },
        callDuringReplay: true,
      },
    },
  };
  const feed = recorded.map(({ name, history }) => ({ workflowId: name, history }));
  const errors: [string, string | undefined][] = [];
  for await (const { workflowId, error } of replayHistories({ workflowBundle, sinks }, feed)) {
    errors.push([workflowId, error?.name]);
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

function keyOf(history: string, updateId: string): string {
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
