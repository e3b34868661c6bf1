import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  type Worker,
  type NativeConnection,
  type WorkflowBundle,
} from '@temporalio/worker';
import type { TradingSignal } from '../src/domain/signal';
import type { TradingVenue } from '../src/domain/trading-venue';
import { openClient } from '../src/temporal/client';
import { createWorker } from '../src/temporal/worker';
import { IntakeUnavailableError, type IntakeResult } from '../src/intake/types';

/** The type of the workflow that hands in; it is none of the product's. */
export const HAND_IN_WORKFLOW_TYPE = 'handIn';
/** Longer than the supervisor takes to bring a killed engine back. */
const HAND_IN_MAX_MS = 40_000;

/** The same for every installation that a process attacks. */
let bundling: Promise<WorkflowBundle> | undefined;

/**
 * Hands signals in inside the engine's own process, by the activity that the ML manager uses: such signals get a head
 * start. The workflow that calls the activity runs here.
 */
export class EngineIntake {
  private constructor(
    private readonly client: Client,
    private readonly at: TradingVenue,
    private readonly taskQueue: string,
    private readonly worker: Worker,
    private readonly running: Promise<void>,
  ) {}

  static async open(connection: NativeConnection, namespace: string, at: TradingVenue): Promise<EngineIntake> {
    const workflowsPath = require.resolve('./hand-in-workflow');
    bundling ??= bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
    const workflowBundle = await bundling;
    const taskQueue = `hand-in-${randomUUID()}`;
    const worker = await createWorker({ connection, namespace, taskQueue, workflowBundle });
    return new EngineIntake(openClient(connection, namespace), at, taskQueue, worker, worker.run());
  }

  /** @throws IntakeUnavailableError when nobody answers in time: sending the same signal again is safe */
  async submit(signal: TradingSignal): Promise<IntakeResult> {
    try {
      return await this.client.withDeadline(Date.now() + HAND_IN_MAX_MS, () =>
        this.client.workflow.execute<(at: TradingVenue, signal: TradingSignal) => Promise<IntakeResult>>(
          HAND_IN_WORKFLOW_TYPE,
          {
            workflowId: `hand-in:${randomUUID()}`,
            taskQueue: this.taskQueue,
            args: [this.at, signal],
            workflowExecutionTimeout: HAND_IN_MAX_MS,
          },
        ),
      );
    } catch (error) {
      throw new IntakeUnavailableError('The engine did not take the signal.', { cause: error });
    }
  }

  async close(): Promise<void> {
    if (this.worker.getState() === 'RUNNING') this.worker.shutdown();
    await this.running;
  }
}
