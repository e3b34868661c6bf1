import { randomUUID } from 'node:crypto';
import type { UpdateDefinition } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import { createWorker } from '../../src/temporal/worker';
import type { CommitCommand, ReserveCommand, ReserveResult } from '../../src/domain/ledger/types';
import type { AcquireCommand } from '../../src/domain/limiter/types';
import { ENTITIES_TASK_QUEUE, venueAccountWorkflowId } from '../../src/messages/ids';
import {
  balancesQuery,
  snapshotSignal,
  VENUE_ACCOUNT_WORKFLOW_TYPE,
  type AcquireReply,
} from '../../src/messages/venue-account';
import { EntityCaller } from '../../src/trading/entity-caller';
import { VenueAccountClient } from '../../src/trading/venue-account-client';
import { WORKFLOW_BUNDLE_PATH } from '../../workers/build-workflow-bundle';
import { onPaper, SETTINGS } from './account-commands';
import { startTestServer } from './test-server';

const CALLS_MAX = 8;

/** A server with a worker that runs accounts, whose venues nobody serves. */
export class AccountServer {
  private readonly callers: EntityCaller;
  private readonly together: VenueAccountClient;

  private constructor(
    readonly environment: TestWorkflowEnvironment,
    private readonly worker: Worker,
    private readonly running: Promise<void>,
  ) {
    const unexpected = () => Promise.reject(new Error('The entity does not run.'));
    this.callers = new EntityCaller(environment.client, CALLS_MAX, unexpected);
    this.together = new VenueAccountClient(this.callers, 'paper');
  }

  static async start(productConfig: boolean, dynamicConfig: Record<string, number> = {}): Promise<AccountServer> {
    const environment = await startTestServer('default', { productConfig, dynamicConfig });
    const worker = await createWorker({
      connection: environment.nativeConnection,
      namespace: environment.namespace,
      taskQueue: ENTITIES_TASK_QUEUE,
      workflowBundle: { codePath: WORKFLOW_BUNDLE_PATH },
    });
    return new AccountServer(environment, worker, worker.run());
  }

  async stop(): Promise<void> {
    this.worker.shutdown();
    await this.running;
    await this.environment.teardown();
  }

  reserve(venue: string, command: ReserveCommand): Promise<ReserveResult> {
    return this.alone().request(venue, 'reserve', command);
  }

  acquire(venue: string, command: AcquireCommand): Promise<AcquireReply> {
    return this.alone().request(venue, 'acquire', command);
  }

  /** Whose requests travel in batches of their own: many of them make a long history. */
  private alone(): VenueAccountClient {
    return new VenueAccountClient(this.callers, 'paper');
  }

  /** As the product does it: together with whatever else is asked for at the same time. */
  reserveTogether(venue: string, command: ReserveCommand): Promise<ReserveResult> {
    return this.together.request(venue, 'reserve', command);
  }

  acquireTogether(venue: string, command: AcquireCommand): Promise<AcquireReply> {
    return this.together.request(venue, 'acquire', command);
  }

  /** As the short road tells what an order took. @returns whether it was told */
  tellFill(venue: string, command: CommitCommand): Promise<boolean> {
    return this.together.tellFillIfIdle(venue, command);
  }

  /** Whatever it holds. */
  send<Result, Content>(venue: string, update: UpdateDefinition<Result, [Content]>, content: unknown): Promise<Result> {
    return this.callers.update(venueAccountWorkflowId(onPaper(venue)), update, content as Content);
  }

  handle(venue: string, runId?: string) {
    return this.environment.client.workflow.getHandle(venueAccountWorkflowId(onPaper(venue)), runId);
  }

  /** Nobody serves the venue's queue here: balances come by signal. @returns the account's venue */
  async startAccount(total = '1000000'): Promise<string> {
    const venue = randomUUID();
    const handle = await this.environment.client.workflow.start(VENUE_ACCOUNT_WORKFLOW_TYPE, {
      workflowId: venueAccountWorkflowId(onPaper(venue)),
      taskQueue: ENTITIES_TASK_QUEUE,
      args: [SETTINGS],
    });
    const figures = { total, available: total, locked: '0' };
    await handle.signal(snapshotSignal, { asOfMs: Date.now(), assets: { USDT: figures } });
    // Whoever asks next finds the figures.
    await handle.query(balancesQuery);
    return venue;
  }

  /** Events of every run that ended in a new one. */
  async lengthsOfContinuedRuns(venue: string): Promise<readonly number[]> {
    const lengths: number[] = [];
    let runId: string | undefined = (await this.handle(venue).describe()).runId;
    for (;;) {
      const { events } = await this.handle(venue, runId).fetchHistory();
      runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
      if (runId === undefined) return lengths;
      lengths.push((await this.handle(venue, runId).describe()).historyLength);
    }
  }
}
