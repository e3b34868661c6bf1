import { randomUUID } from 'node:crypto';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { QueryDefinition, UpdateDefinition } from '@temporalio/common';
import { BATCH_REQUESTS_MAX, batchUpdate, type EntityRequest } from '../messages/entity-batch';
import { queryPatiently } from '../temporal/patient-query';

/** Callers that may wait for a place; beyond it a call fails at once and its activity is retried. */
export const ENTITY_WAITERS_MAX = 5_000;

/**
 * Batches under way to one entity. What a call costs the server hardly depends on how many commands it holds, so that a
 * burst is meant to travel in few large ones; a second batch under way would only make them smaller.
 */
const BATCHES_MAX = 1;

/**
 * Calls entity workflows through this process's client, with a bound on the calls in flight per entity: a server with
 * default limits aborts updates when more than ten are admitted at once.
 */
export class EntityCaller {
  private readonly slots = new Map<string, CallSlots>();
  private readonly batches = new Map<string, Batches>();

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
   * Runs an update and waits for its result. Safe to repeat: the entity knows a command by its request id and answers
   * from its present state.
   *
   * @param requestId the command's; only for people who read histories. Each call gets an update id of its own, because
   *   the server would repeat the first answer of a known one, however old it is, without asking the entity
   */
  async update<Result, Command>(
    workflowId: string,
    definition: UpdateDefinition<Result, [Command]>,
    requestId: string,
    command: Command,
  ): Promise<Result> {
    return this.inSlot(workflowId, () =>
      this.ensured(workflowId, () =>
        this.client.workflow.getHandle(workflowId).executeUpdate<Result, [Command]>(definition, {
          args: [command],
          updateId: `${requestId}:${randomUUID()}`,
        }),
      ),
    );
  }

  /**
   * Runs a command by its kind (see workflows/entity-batch.ts), together with others that want the same entity at the
   * same time. Safe to repeat, like an update.
   */
  async request<Result>(workflowId: string, request: EntityRequest): Promise<Result> {
    let batches = this.batches.get(workflowId);
    if (!batches) {
      batches = new Batches((requests) => this.update(workflowId, batchUpdate, 'batch', requests));
      this.batches.set(workflowId, batches);
    }
    return (await batches.add(request)) as Result;
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

interface WaitingRequest {
  readonly request: EntityRequest;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers what is asked for while earlier batches are under way. */
class Batches {
  private inFlight = 0;
  private waiting: WaitingRequest[] = [];

  constructor(private readonly send: (requests: readonly EntityRequest[]) => Promise<readonly unknown[]>) {}

  add(request: EntityRequest): Promise<unknown> {
    if (this.waiting.length >= ENTITY_WAITERS_MAX) {
      return Promise.reject(new Error(`More than ${ENTITY_WAITERS_MAX} calls wait for one entity.`));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, resolve, reject });
      // What is asked for in the same turn travels together.
      queueMicrotask(() => this.sendNext());
    });
  }

  private sendNext(): void {
    if (this.inFlight >= BATCHES_MAX || this.waiting.length === 0) return;
    const batch = this.waiting.splice(0, BATCH_REQUESTS_MAX);
    this.inFlight += 1;
    void this.sendBatch(batch).finally(() => {
      this.inFlight -= 1;
      this.sendNext();
    });
  }

  private async sendBatch(batch: readonly WaitingRequest[]): Promise<void> {
    try {
      const answers = await this.send(batch.map(({ request }) => request));
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index]);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
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
      throw new Error(`More than ${ENTITY_WAITERS_MAX} calls wait for one entity.`);
    }
    await new Promise<void>((resolve) => this.waiters.push(resolve));
  }

  leave(): void {
    const next = this.waiters.shift();
    if (next) next();
    else this.inUse -= 1;
  }
}
