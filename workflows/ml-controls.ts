import { log, proxyActivities, setHandler } from '@temporalio/workflow';
import type { ModelActivities } from '../activities/models';
import { changed, faultOfWish, stillWanted, withChanges, type SettingChange } from '../src/domain/model-gate/changes';
import { areGateSettings } from '../src/domain/model-gate/settings';
import { isRecord } from '../src/domain/plain-values';
import { keepableReason } from '../src/domain/readable-text';
import { isTradingEnvironment } from '../src/domain/trading-venue';
import { INFERENCE_TASK_QUEUE } from '../src/messages/ids';
import {
  changeSettingsUpdate,
  configureMlManagerSignal,
  loadModelUpdate,
  mlSettingsQuery,
  pauseSignal,
  resumeSignal,
  type ChangeSettingsCommand,
  type ChangeSettingsReply,
  type LoadModelCommand,
  type LoadModelReply,
  type MlManagerSettings,
  type MlManagerState,
  type MlPause,
  type MlSettingsView,
  type MlWish,
  type ServedModel,
} from '../src/messages/ml-manager';
import { rootMessage } from './until-answered';

/** What continue-as-new carries over of it. */
export interface ControlsCarried {
  readonly paused: boolean;
  /** Absent in runs of before it was kept. */
  readonly pause?: MlPause;
  readonly changes?: readonly SettingChange[];
  readonly servedModel?: ServedModel;
}

const SHA256 = /^[0-9a-f]{64}$/;
/** No tick is made meanwhile: the model's queue has one thing done at a time. */
const LOAD_TIMEOUT = '2 minutes';
const SOMEBODY = 'somebody';

/** What people do to the loop: pause it, change its settings, load another model. */
export class MlControls {
  /** The settings in force: another object after every change. */
  current: MlManagerSettings;
  private changes: readonly SettingChange[];
  private pause: MlPause | undefined;
  private servedModel: ServedModel | undefined;
  private isLoading = false;

  constructor(
    private configured: MlManagerSettings,
    carried: ControlsCarried | undefined,
  ) {
    this.changes = carried?.changes ?? [];
    this.pause = carried?.pause ?? (carried?.paused ? {} : undefined);
    this.servedModel = carried?.servedModel ?? configured.servedModel;
    this.current = this.inForce();
  }

  get isPaused(): boolean {
    return this.pause !== undefined;
  }

  /** What the next run is given as its settings. */
  get configuration(): MlManagerSettings {
    return this.configured;
  }

  get carried(): ControlsCarried {
    const { isPaused: paused, pause, changes, servedModel } = this;
    return { paused, pause, changes, servedModel };
  }

  get shown(): Pick<MlManagerState, 'status' | 'pause' | 'servedModel' | 'changes'> {
    const { pause, changes, servedModel } = this;
    return {
      status: pause ? 'paused' : 'running',
      ...(pause && { pause }),
      ...(servedModel && { servedModel }),
      ...(changes.length > 0 && { changes }),
    };
  }

  register(): void {
    setHandler(mlSettingsQuery, () => this.settings(), { description: 'The settings in force, and what was changed.' });
    setHandler(pauseSignal, (wish) => this.pauseFor(wish), { description: 'Stops predicting until `resume`.' });
    setHandler(resumeSignal, () => void (this.pause = undefined), { description: 'Goes on predicting.' });
    setHandler(configureMlManagerSignal, (next) => this.configure(next), { description: 'Replaces the settings.' });
    setHandler(changeSettingsUpdate, (command) => this.change(command), {
      description: 'Changes settings until the configuration says something new.',
    });
    setHandler(loadModelUpdate, (command) => this.load(command), {
      description: "Loads a model of the data folder's `models`, or the configured one.",
    });
  }

  private inForce(): MlManagerSettings {
    const { gate } = this.configured;
    return { ...this.configured, ...(gate && { gate: withChanges(gate, this.changes) }) };
  }

  private settings(): MlSettingsView {
    const { configured, current, changes } = this;
    return { environment: configured.environment, configured: configured.gate, inForce: current.gate, changes };
  }

  private pauseFor(wish: MlWish | undefined): void {
    // Whoever paused it first has the reason why it stands.
    this.pause ??= { ...readWish(wish), sinceMs: Date.now() };
  }

  private configure(next: MlManagerSettings): void {
    // Anyone with the command line can send this: an error here would stop the loop for good.
    if (!areMlManagerSettings(next)) {
      log.warn('The configured settings were refused; the former ones stay in force.');
      return;
    }
    this.configured = next;
    this.changes = next.gate ? stillWanted(next.gate, this.changes) : [];
    if (next.servedModel !== undefined) this.servedModel = next.servedModel;
    this.current = this.inForce();
  }

  private change(command: ChangeSettingsCommand): ChangeSettingsReply {
    const { gate, environment } = this.configured;
    const wished: unknown = isRecord(command) ? command.settings : undefined;
    const fault = faultOfWish(gate, this.changes, wished, environment);
    if (fault !== undefined || gate === undefined) return { status: 'refused', reason: fault ?? '' };
    const { settings } = command;
    const { by = SOMEBODY } = readWish(command);
    const isReset = Object.keys(settings).length === 0;
    this.changes = isReset ? [] : changed(gate, this.changes, settings, { by, atMs: Date.now() });
    this.current = this.inForce();
    return { status: 'changed', settings: this.settings() };
  }

  private async load(command: LoadModelCommand): Promise<LoadModelReply> {
    const { sha256 } = isRecord(command) ? command : {};
    if (sha256 !== undefined && !(typeof sha256 === 'string' && SHA256.test(sha256))) {
      return { status: 'refused', code: 'MODEL_NAME_INVALID', reason: 'A model is named by its SHA-256 alone.' };
    }
    if (this.isLoading) {
      return { status: 'refused', code: 'MODEL_LOADING', reason: 'Another model is being loaded: wait for it.' };
    }
    this.isLoading = true;
    const { by = SOMEBODY } = readWish(command);
    try {
      const reply = await loadActivity(sha256)({ ...(sha256 !== undefined && { sha256 }), by });
      if (reply.status === 'loaded') this.servedModel = reply.model;
      return reply;
    } catch (error) {
      const reason = `The process that predicts did not answer in time; "oncefill ml status" says which model it has. ${rootMessage(error)}`;
      return { status: 'refused', code: 'MODEL_LOAD_UNANSWERED', reason };
    } finally {
      this.isLoading = false;
    }
  }
}

function loadActivity(sha256: string | undefined): ModelActivities['loadModel'] {
  const { loadModel } = proxyActivities<ModelActivities>({
    taskQueue: INFERENCE_TASK_QUEUE,
    scheduleToCloseTimeout: LOAD_TIMEOUT,
    retry: { maximumAttempts: 1 },
    summary: sha256 === undefined ? 'load the configured model' : `load model ${sha256.slice(0, 12)}`,
  });
  return loadModel;
}

/** Whoever knows the workflow's name can send any: what is kept is short and readable. */
function readWish(wish: unknown): MlWish {
  if (!isRecord(wish)) return {};
  const { by, reason } = wish;
  return {
    ...(typeof by === 'string' && { by: keepableReason(by) }),
    ...(typeof reason === 'string' && { reason: keepableReason(reason) }),
  };
}

function areMlManagerSettings(settings: MlManagerSettings | null | undefined): settings is MlManagerSettings {
  if (typeof settings?.venue !== 'string' || !Array.isArray(settings.symbols)) return false;
  if (settings.environment !== undefined && !isTradingEnvironment(settings.environment)) return false;
  if (settings.gate !== undefined && !areGateSettings(settings.gate)) return false;
  const { candleIntervalMs, closeDelayMs } = settings;
  return Number.isSafeInteger(candleIntervalMs) && candleIntervalMs > 0 && closeDelayMs >= 0;
}
