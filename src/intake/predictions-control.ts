import { setTimeout as delay } from 'node:timers/promises';
import { type Client, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import type { TradingEnvironment } from '../domain/trading-venue';
import { ML_MANAGER_WORKFLOW_ID } from '../messages/ids';
import {
  changeSettingsUpdate,
  loadModelUpdate,
  mlSettingsQuery,
  mlStateQuery,
  pauseSignal,
  resumeSignal,
  type ChangeSettingsCommand,
  type LoadModelCommand,
  type MlPause,
  type MlSettingsView,
  type MlWish,
  type ServedModel,
} from '../messages/ml-manager';
import { checkEnvironment } from '../temporal/environment-stamp';
import { isUnanswered } from '../temporal/grpc-status';

/** How long one call to the server may take before the caller hears that nobody answers. */
const CALL_TIMEOUT_MS = 10_000;
/** A model is loaded within this, or the loop says why not: see ml-controls. */
const LOAD_TIMEOUT_MS = 150_000;
/** A signal is heard within milliseconds where a process runs the loop. */
const LOOK_PAUSE_MS = 100;

/** The predictions could not be told something. The message says what to do. */
export class PredictionsError extends Error {
  override readonly name = 'PredictionsError';

  /**
   * @param code NOT_RUNNING: no loop was ever started, or it was ended. UNANSWERED: nobody answered, and the wish may or may not be
   *   fulfilled later; repeating it is safe. REFUSED: it makes no sense; nothing was changed.
   * @param refusal the reason's own code, where it has one
   */
  constructor(
    readonly code: 'NOT_RUNNING' | 'UNANSWERED' | 'REFUSED',
    message: string,
    readonly refusal?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What people do to the loop of predictions. Every call throws PredictionsError, and EnvironmentMismatchError where it changes. */
export interface PredictionsControl {
  /** @returns the pause that holds now: who came first has the reason */
  pause(wish: MlWish): Promise<MlPause>;
  resume(wish: MlWish): Promise<void>;
  settings(): Promise<MlSettingsView>;
  change(command: ChangeSettingsCommand): Promise<MlSettingsView>;
  load(command: LoadModelCommand): Promise<ServedModel>;
}

const NOT_HEARD =
  'The server has it, and the ML manager does not answer: it is heard as soon as that runs again. "oncefill ml status" shows it then.';

const NOT_TOLD = 'The ML manager does not tell its settings. Check that it runs, then ask again.';

export function createPredictionsControl(client: Client, environment: TradingEnvironment): PredictionsControl {
  const call = <Result>(
    work: (loop: WorkflowHandle) => Promise<Result>,
    timeoutMs = CALL_TIMEOUT_MS,
    unanswered?: string,
  ) => callLoop(client, work, timeoutMs, unanswered);
  const mine = () => call(() => checkEnvironment(client, environment));
  /** Signals first, so that it holds whether anybody answers or not. */
  const tell = async (isPaused: boolean, wish: MlWish): Promise<MlPause | undefined> => {
    await mine();
    await call((loop) => loop.signal(isPaused ? pauseSignal : resumeSignal, wish));
    return call((loop) => heardPause(loop, isPaused), CALL_TIMEOUT_MS, NOT_HEARD);
  };
  return {
    pause: async (wish) => (await tell(true, wish)) ?? {},
    resume: async (wish) => void (await tell(false, wish)),
    settings: () => call((loop) => loop.query(mlSettingsQuery), CALL_TIMEOUT_MS, NOT_TOLD),
    async change(command) {
      await mine();
      const reply = await call((loop) => loop.executeUpdate(changeSettingsUpdate, { args: [command] }));
      if (reply.status === 'refused') throw new PredictionsError('REFUSED', reply.reason);
      return reply.settings;
    },
    async load(command) {
      await mine();
      const reply = await call((loop) => loop.executeUpdate(loadModelUpdate, { args: [command] }), LOAD_TIMEOUT_MS);
      if (reply.status === 'loaded') return reply.model;
      throw new PredictionsError(
        reply.code === 'MODEL_LOAD_UNANSWERED' ? 'UNANSWERED' : 'REFUSED',
        reply.reason,
        reply.code,
      );
    },
  };
}

/** Waits until the loop is as it was told; the caller's deadline ends it. */
async function heardPause(loop: WorkflowHandle, isPaused: boolean): Promise<MlPause | undefined> {
  for (;;) {
    const { status, pause } = await loop.query(mlStateQuery);
    if ((status === 'paused') === isPaused) return pause;
    await delay(LOOK_PAUSE_MS);
  }
}

async function callLoop<Result>(
  client: Client,
  work: (loop: WorkflowHandle) => Promise<Result>,
  timeoutMs: number,
  unanswered = 'The ML manager does not answer, and may or may not have changed. Check that it runs, then repeat the command.',
): Promise<Result> {
  const loop = client.workflow.getHandle(ML_MANAGER_WORKFLOW_ID);
  try {
    return await client.withDeadline(Date.now() + timeoutMs, () => work(loop));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      const message =
        'No predictions are made: none has started, or somebody ended them. "oncefill start" starts them, unless ml.enabled is false.';
      throw new PredictionsError('NOT_RUNNING', message, undefined, { cause: error });
    }
    if (!isUnanswered(error)) throw error;
    throw new PredictionsError('UNANSWERED', unanswered, undefined, { cause: error });
  }
}
