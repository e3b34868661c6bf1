import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Client,
  type WorkflowHandle,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import {
  COMPONENT_WORKFLOW_TYPE,
  HOLDER_MEMO,
  unregisterSignal,
  type ComponentHolder,
  type ComponentWorkflowInput,
} from '../messages/component';
import { componentWorkflowId, processTaskQueue } from '../messages/ids';
import { identifyProcess, isProcessRunning } from '../process/pid-file';

/** A server that cannot be asked about the slot is asked again after this. */
const WATCH_RETRY_MS = 1_000;

export interface Registration {
  readonly holder: ComponentHolder;
  /** The queue that this process must serve to keep its slot. */
  readonly taskQueue: string;
  /**
   * Calls back once when the slot is gone although this process did not leave. The server is asked for the slot itself,
   * because a slot can go before its first heartbeat, of which no heartbeat could tell.
   */
  watch(onLost: () => void): void;
  /** Frees the slot at once. */
  unregister(): Promise<void>;
}

/** What starting a workflow tells about it. */
interface StartedWorkflow {
  readonly workflowId: string;
  readonly firstExecutionRunId: string;
}

export type RegistrationResult =
  | { readonly status: 'registered'; readonly registration: Registration }
  | { readonly status: 'taken'; readonly holder: ComponentHolder | undefined };

export interface RegistrationOptions {
  readonly client: Client;
  readonly component: string;
  readonly version: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly heartbeatTimeoutMs: number;
  /** Where somebody looks after the slot. */
  readonly taskQueue: string;
  /** The slot's name; absent: the component's, of which there is one. */
  readonly slotName?: string;
}

/** Registers a process of which there may be many: one slot per machine, and one of its own for each further process there. */
export async function registerOneOfMany(options: RegistrationOptions): Promise<Registration> {
  const slotName = `${options.component}@${hostname()}`;
  const first = await register({ ...options, slotName });
  if (first.status === 'registered') return first.registration;
  const further = await register({ ...options, slotName: `${slotName}-${process.pid}` });
  if (further.status === 'registered') return further.registration;
  throw new Error(`The slot of process ${process.pid} on ${hostname()} is taken by another one.`);
}

/**
 * Takes a component's only slot. The server decides, by workflow id: no lock file can be left behind. A slot whose
 * process died on this very machine is taken over at once; one held elsewhere stays taken until its heartbeat lapses.
 */
export async function register(options: RegistrationOptions): Promise<RegistrationResult> {
  const input = registrationInput(options);
  const workflowId = componentWorkflowId(options.slotName ?? options.component);
  const start = (workflowIdConflictPolicy: 'FAIL' | 'TERMINATE_EXISTING') =>
    options.client.workflow.start(COMPONENT_WORKFLOW_TYPE, {
      workflowId,
      taskQueue: options.taskQueue,
      args: [input],
      workflowIdConflictPolicy,
      memo: { [HOLDER_MEMO]: input.holder },
      staticSummary: `${options.component} on ${input.holder.host}, process ${input.holder.pid}`,
    });
  try {
    return { status: 'registered', registration: new Slot(options.client, input, await start('FAIL')) };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const description = await options.client.workflow.getHandle(workflowId).describe();
    const holder = description.memo?.[HOLDER_MEMO] as ComponentHolder | undefined;
    if (!holder || !isDeadHere(holder)) return { status: 'taken', holder };
    const taken = await start('TERMINATE_EXISTING');
    return { status: 'registered', registration: new Slot(options.client, input, taken) };
  }
}

class Slot implements Registration {
  readonly holder: ComponentHolder;
  readonly taskQueue: string;
  private readonly handle: WorkflowHandle;
  private hasLeft = false;

  constructor(client: Client, input: ComponentWorkflowInput, { workflowId, firstExecutionRunId }: StartedWorkflow) {
    this.holder = input.holder;
    this.taskQueue = input.processTaskQueue;
    // This very run: a later one under the same id is somebody else's slot.
    this.handle = client.workflow.getHandle(workflowId, firstExecutionRunId);
  }

  watch(onLost: () => void): void {
    void this.closed().then(() => {
      if (!this.hasLeft) onLost();
    });
  }

  async unregister(): Promise<void> {
    this.hasLeft = true;
    try {
      await this.handle.signal(unregisterSignal);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  /** Resolves when the slot is closed, however it ended, or when this process has left and nobody needs to know. */
  private async closed(): Promise<void> {
    while (!this.hasLeft) {
      try {
        await this.handle.result();
        return;
      } catch (error) {
        if (error instanceof WorkflowFailedError || error instanceof WorkflowNotFoundError) return;
        await delay(WATCH_RETRY_MS, undefined, { ref: false });
      }
    }
  }
}

function registrationInput({
  component,
  version,
  metadata,
  heartbeatTimeoutMs,
}: RegistrationOptions): ComponentWorkflowInput {
  const host = hostname();
  const holder: ComponentHolder = {
    component,
    workerId: randomUUID(),
    host,
    pid: process.pid,
    birth: identifyProcess(process.pid)?.birth,
    startedAtMs: Date.now(),
    version,
    metadata,
  };
  return { holder, processTaskQueue: processTaskQueue(component, host, process.pid), heartbeatTimeoutMs };
}

function isDeadHere({ host, pid, birth }: ComponentHolder): boolean {
  return host === hostname() && !isProcessRunning({ pid, birth });
}
