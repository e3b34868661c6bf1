import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import {
  COMPONENT_WORKFLOW_TYPE,
  HOLDER_MEMO,
  unregisterSignal,
  type ComponentHolder,
  type ComponentWorkflowInput,
} from '../src/messages/component';
import { componentWorkflowId, ENTITIES_TASK_QUEUE, processTaskQueue } from '../src/messages/ids';
import { identifyProcess, isProcessRunning } from '../src/supervisor/pid-file';

export interface Registration {
  readonly holder: ComponentHolder;
  /** The queue that this process must serve to keep its slot. */
  readonly taskQueue: string;
  /** Frees the slot at once. */
  unregister(): Promise<void>;
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
}

/**
 * Takes a component's only slot. The server decides, by workflow id: no lock file can be left behind. A slot whose
 * process died on this very machine is taken over at once; one held elsewhere stays taken until its heartbeat lapses.
 */
export async function register(options: RegistrationOptions): Promise<RegistrationResult> {
  const input = registrationInput(options);
  const workflowId = componentWorkflowId(options.component);
  const start = (workflowIdConflictPolicy: 'FAIL' | 'TERMINATE_EXISTING') =>
    options.client.workflow.start(COMPONENT_WORKFLOW_TYPE, {
      workflowId,
      taskQueue: ENTITIES_TASK_QUEUE,
      args: [input],
      workflowIdConflictPolicy,
      memo: { [HOLDER_MEMO]: input.holder },
      staticSummary: `${options.component} on ${input.holder.host}, process ${input.holder.pid}`,
    });
  try {
    await start('FAIL');
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const description = await options.client.workflow.getHandle(workflowId).describe();
    const holder = description.memo?.[HOLDER_MEMO] as ComponentHolder | undefined;
    if (!holder || !isDeadHere(holder)) return { status: 'taken', holder };
    await start('TERMINATE_EXISTING');
  }
  const handle = options.client.workflow.getHandle(workflowId);
  return {
    status: 'registered',
    registration: {
      holder: input.holder,
      taskQueue: input.processTaskQueue,
      async unregister() {
        try {
          await handle.signal(unregisterSignal);
        } catch (error) {
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        }
      },
    },
  };
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
