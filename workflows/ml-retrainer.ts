import { condition, continueAsNew, proxyActivities, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { RetrainingActivities } from '../activities/retraining';
import { keepableReason } from '../src/domain/readable-text';
import { RETRAINING_TASK_QUEUE } from '../src/messages/ids';
import {
  configureRetrainerSignal,
  RETRAININGS_KEPT_MAX,
  retrainerStateQuery,
  retrainSignal,
  type Retraining,
  type RetrainReport,
  type RetrainerState,
  type RetrainSettings,
} from '../src/messages/ml-retrainer';
import { rootMessage } from './until-answered';

/** What continue-as-new carries over. */
interface RetrainerCarried {
  readonly results: readonly Retraining[];
  readonly nextAtMs?: number;
  readonly askedBy?: string;
}

/** A process that died in the midst of a training is known to be gone after this. */
const HEARTBEAT_TIMEOUT = '1 minute';
/** Nobody serves its queue while no ML manager runs: a training that is due then is not worth more than the next one. */
const START_TIMEOUT = '10 minutes';
/** Added to what a training may take: it ends itself. */
const END_MARGIN_MS = 60_000;
const BY_THE_CLOCK = 'the clock';

/**
 * Trains a model when one is due and when somebody asks, one at a time. It ends where none is due by the clock any more; each
 * training begins a new run.
 */
export async function mlRetrainer(settings: RetrainSettings, carried?: RetrainerCarried): Promise<void> {
  let current = settings;
  let results = carried?.results ?? [];
  let askedBy = carried?.askedBy;
  let nextAtMs = carried?.nextAtMs ?? (settings.everyMs > 0 ? Date.now() + settings.everyMs : undefined);
  let underWay: RetrainerState['underWay'];

  setHandler(retrainerStateQuery, () => ({ underWay, nextAtMs, results }), {
    description: 'The training that is under way, the next one, and what came of the last ones.',
  });
  setHandler(retrainSignal, (by) => void (askedBy ??= typeof by === 'string' ? keepableReason(by) : 'somebody'), {
    description: 'Trains at once.',
  });
  setHandler(
    configureRetrainerSignal,
    (next) => {
      if (!areRetrainSettings(next)) return;
      if (next.everyMs !== current.everyMs) nextAtMs = next.everyMs > 0 ? Date.now() + next.everyMs : undefined;
      current = next;
    },
    { description: 'Replaces the settings.' },
  );

  while (askedBy === undefined) {
    if (nextAtMs === undefined) return;
    const before = current;
    const waitMs = nextAtMs - Date.now();
    if (waitMs <= 0) break;
    await condition(() => askedBy !== undefined || current !== before, waitMs, { summary: 'until the next training' });
  }
  const by = askedBy ?? BY_THE_CLOCK;
  askedBy = undefined;
  underWay = { by, startedAtMs: Date.now() };
  const report = await train(current);
  results = [...results, { ...report, ...underWay, endedAtMs: Date.now() }].slice(-RETRAININGS_KEPT_MAX);
  underWay = undefined;
  // Not from when it was due: after a long pause one training is enough.
  nextAtMs = current.everyMs > 0 ? Date.now() + current.everyMs : undefined;
  setCurrentDetails(`Last training, by ${by}: ${report.outcome}. ${report.words}`);
  await continueAsNew<typeof mlRetrainer>(current, { results, nextAtMs, askedBy });
}

async function train({ timeoutMs }: RetrainSettings): Promise<RetrainReport> {
  const { retrainModel } = proxyActivities<RetrainingActivities>({
    taskQueue: RETRAINING_TASK_QUEUE,
    scheduleToStartTimeout: START_TIMEOUT,
    startToCloseTimeout: timeoutMs + END_MARGIN_MS,
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: { maximumAttempts: 1 },
    summary: 'train a model and compare it',
  });
  try {
    return await retrainModel();
  } catch (error) {
    const words = `The process that trained it is gone, or never was there; the model before it goes on. ${rootMessage(error)}`;
    return { outcome: 'failed', code: 'TRAINING_INTERRUPTED', words };
  }
}

/** Anyone who knows the workflow's name can send some. */
function areRetrainSettings(settings: RetrainSettings | null | undefined): settings is RetrainSettings {
  const isSpan = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  return isSpan(settings?.everyMs) && isSpan(settings?.timeoutMs) && settings!.timeoutMs > 0;
}
