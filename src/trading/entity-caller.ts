import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import {
  ApplicationFailure,
  type QueryDefinition,
  type SignalDefinition,
  type UpdateDefinition,
} from '@temporalio/common';
import { GrpcStatus, isCausedByStatus } from '../temporal/grpc-status';
import { queryPatiently } from '../temporal/patient-query';
import { tooManyWait } from './request-batches';

/** Callers that may wait for a place; beyond it a call fails at once and its activity is retried. */
export const ENTITY_WAITERS_MAX = 5_000;
/**
 * The server gives up a step of a workflow that something new met at its end (before it continues as new, say), and with it
 * the updates that were in it, unanswered. What they carry has ids of its own, so that asking again is safe.
 */
const UPDATE_ATTEMPTS_MAX = 3;
const UPDATE_PAUSE_MS = 50;
/** How the server calls an update that a worker, which ended its step in a hurry, has not answered. */
const UNPROCESSED_UPDATE = 'UnprocessedUpdate';

/**
 * Calls entity workflows through this process's client, with a bound on the calls in flight per entity: a server with
 * default limits aborts updates when more than ten are admitted at once.
 */
export class EntityCaller {
  private readonly slots = new Map<string, CallSlots>();

  /**
   * @param client the process's client
   * @param callsMax calls in flight per entity, 1 or more
   * @param ensureEntity starts an entity that is not running
   */
  constructor(
    private readonly client: Client,
    private readonly callsMax: number,
    private readonly ensureEntity: (workflowId: string) => Promise<void>,
  ) {}

  /**
   * Runs an update and waits for its result.
   *
   * Each call gets an update id of its own, because the server would repeat the first answer of a known one, however old
   * it is, without asking the entity. The name in it is for people who read histories.
   */
  async update<Result, Args extends [unknown, ...unknown[]]>(
    workflowId: string,
    definition: UpdateDefinition<Result, Args>,
    ...args: Args
  ): Promise<Result> {
    const call = (): Promise<Result> =>
      this.client.workflow.getHandle(workflowId).executeUpdate<Result, Args>(definition, {
        args,
        updateId: `${definition.name}:${randomUUID()}`,
      });
    return this.inSlot(workflowId, () => this.ensured(workflowId, () => repeatIfGivenUp(call)));
  }

  /**
   * Tells an entity something: it is in its history when this returns. None is started for it.
   *
   * @throws what the client throws, also when the server does not take it in time
   */
  async signal<Args extends unknown[]>(
    workflowId: string,
    definition: SignalDefinition<Args>,
    args: Args,
    timeoutMs: number,
  ): Promise<void> {
    const { workflow } = this.client;
    return this.inSlot(workflowId, () =>
      this.client.withDeadline(Date.now() + timeoutMs, () =>
        workflow.getHandle(workflowId).signal(definition, ...args),
      ),
    );
  }

  async query<Result, Args extends unknown[]>(
    workflowId: string,
    definition: QueryDefinition<Result, Args>,
    ...args: Args
  ): Promise<Result> {
    return this.inSlot(workflowId, () =>
      this.ensured(workflowId, () => queryPatiently(this.client.workflow.getHandle(workflowId), definition, ...args)),
    );
  }

  private async inSlot<Result>(workflowId: string, call: () => Promise<Result>): Promise<Result> {
    let slots = this.slots.get(workflowId);
    if (!slots) {
      slots = new CallSlots(this.callsMax);
      this.slots.set(workflowId, slots);
    }
    await slots.enter();
    try {
      return await call();
    } finally {
      slots.leave();
    }
  }

  private async ensured<Result>(workflowId: string, call: () => Promise<Result>): Promise<Result> {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      await this.ensureEntity(workflowId);
      return call();
    }
  }
}

async function repeatIfGivenUp<Result>(call: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isGivenUp(error) || attempt === UPDATE_ATTEMPTS_MAX) throw error;
      await sleep(attempt * UPDATE_PAUSE_MS);
    }
  }
}

/** The server gave up the step that it was in, or the step came back without it; the entity itself says neither. */
function isGivenUp(error: unknown): boolean {
  if (isCausedByStatus(error, GrpcStatus.FAILED_PRECONDITION)) return true;
  if (!(error instanceof WorkflowUpdateFailedError)) return false;
  return error.cause instanceof ApplicationFailure && error.cause.type === UNPROCESSED_UPDATE;
}

/** A first-come, first-served semaphore. */
class CallSlots {
  private inUse = 0;
  private readonly waiters: (() => void)[] = [];

  constructor(private readonly max: number) {}

  async enter(): Promise<void> {
    if (this.inUse < this.max) {
      this.inUse += 1;
      return;
    }
    if (this.waiters.length >= ENTITY_WAITERS_MAX) {
      throw tooManyWait(ENTITY_WAITERS_MAX);
    }
    await new Promise<void>((resolve) => this.waiters.push(resolve));
  }

  leave(): void {
    const next = this.waiters.shift();
    if (next) next();
    else this.inUse -= 1;
  }
}
