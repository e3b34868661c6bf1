import { createWorker } from '../../src/temporal/worker';
import { createComponentActivities } from '../../activities/component';
import { COMPONENT_WORKFLOW_TYPE, unregisterSignal, type ComponentWorkflowInput } from '../../src/messages/component';
import { componentWorkflowId, ENTITIES_TASK_QUEUE } from '../../src/messages/ids';
import type { TestEngine } from '../support/engine';
import type { Recording } from './recording';

const HEARTBEAT_TIMEOUT_MS = 2_000;

/** A component that left on purpose, and one whose process never spoke. */
export async function recordComponents(engine: TestEngine): Promise<readonly Recording[]> {
  return [await recordStopped(engine), await recordLost(engine)];
}

async function recordStopped(engine: TestEngine): Promise<Recording> {
  const { client, connection, config } = engine.parts;
  const input = componentInput('stopped');
  const worker = await createWorker({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: input.processTaskQueue,
    activities: createComponentActivities({ activeTasks: () => 0, problems: () => [], onLost: () => undefined }),
  });
  const workflowId = await worker.runUntil(async () => {
    const handle = await start(client, input);
    await handle.query('health');
    await handle.signal(unregisterSignal);
    await handle.result();
    return handle.workflowId;
  });
  return { name: 'component-stopped', workflowId };
}

async function recordLost(engine: TestEngine): Promise<Recording> {
  const handle = await start(engine.parts.client, componentInput('lost'));
  await handle.result();
  return { name: 'component-lost', workflowId: handle.workflowId };
}

function start(client: TestEngine['parts']['client'], input: ComponentWorkflowInput) {
  return client.workflow.start(COMPONENT_WORKFLOW_TYPE, {
    workflowId: componentWorkflowId(input.holder.component),
    taskQueue: ENTITIES_TASK_QUEUE,
    args: [input],
  });
}

function componentInput(component: string): ComponentWorkflowInput {
  const holder = {
    component,
    workerId: component,
    host: 'recorder',
    pid: 1,
    startedAtMs: Date.now(),
    version: '0.0.0',
    metadata: {},
  };
  return { holder, processTaskQueue: `process-${component}`, heartbeatTimeoutMs: HEARTBEAT_TIMEOUT_MS };
}
