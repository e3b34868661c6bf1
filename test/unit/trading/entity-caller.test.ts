import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { GrpcStatus } from '../../../src/temporal/grpc-status';
import { EntityCaller } from '../../../src/trading/entity-caller';

const UPDATE = { type: 'update', name: 'batch' } as never;

/** As the client throws what the server answers. */
function answerOf(code: number): Error {
  const cause = Object.assign(new Error('an answer of the server'), { code, details: '', metadata: {} });
  return new Error('Workflow Update failed', { cause });
}

/** @param failures of the first calls, in their order */
function callerOf(failures: readonly Error[]): { readonly caller: EntityCaller; readonly updateIds: string[] } {
  const left = [...failures];
  const updateIds: string[] = [];
  const executeUpdate = async (_definition: unknown, { updateId }: { readonly updateId: string }): Promise<string> => {
    updateIds.push(updateId);
    const failure = left.shift();
    if (failure) throw failure;
    return 'answered';
  };
  const client = { workflow: { getHandle: () => ({ executeUpdate }) } } as unknown as Client;
  return { caller: new EntityCaller(client, 1, async () => undefined), updateIds };
}

const givenUp = answerOf(GrpcStatus.FAILED_PRECONDITION);

/** As the client throws what the server answers for a worker that ended its step without an answer. */
function failedAs(type: string): Error {
  return new WorkflowUpdateFailedError('Workflow Update failed', ApplicationFailure.create({ type }));
}

test.each([
  ['the server gave up the step that it was in', givenUp],
  ['the step that it was in came back without it', failedAs('UnprocessedUpdate')],
])('an update is asked for again, under another id, when %s', async (_when, failure) => {
  const { caller, updateIds } = callerOf([failure, failure]);
  await expect(caller.update('account', UPDATE, {})).resolves.toBe('answered');
  expect(new Set(updateIds).size).toBe(3);
});

test('it is not asked for without end, and not after another failure', async () => {
  const { caller, updateIds } = callerOf([givenUp, givenUp, givenUp, givenUp]);
  await expect(caller.update('account', UPDATE, {})).rejects.toBe(givenUp);
  expect(updateIds).toHaveLength(3);
  for (const failure of [answerOf(GrpcStatus.UNAVAILABLE), failedAs('INVALID_COMMAND')]) {
    const other = callerOf([failure]);
    await expect(other.caller.update('account', UPDATE, {})).rejects.toBe(failure);
    expect(other.updateIds).toHaveLength(1);
  }
});

describe('a signal to an entity', () => {
  const SIGNAL = { type: 'signal', name: 'commit' } as never;

  function signalsTo(signal: (...words: unknown[]) => Promise<void>) {
    const deadlines: number[] = [];
    const withDeadline = async (deadlineMs: number, call: () => Promise<void>): Promise<void> => {
      deadlines.push(deadlineMs);
      return call();
    };
    const client = { withDeadline, workflow: { getHandle: () => ({ signal }) } } as unknown as Client;
    const ensure = jest.fn(async () => undefined);
    return { caller: new EntityCaller(client, 1, ensure), ensure, deadlines };
  }

  test('is given up after its time, not at the end of a busy server', async () => {
    const { caller, deadlines } = signalsTo(async () => undefined);
    const beforeMs = Date.now();
    await caller.signal('account', SIGNAL, [], 1_000);
    expect(deadlines).toEqual([expect.any(Number)]);
    expect(deadlines[0]).toBeGreaterThanOrEqual(beforeMs + 1_000);
  });

  test('that does not run starts none: whoever asks next does', async () => {
    const { caller, ensure } = signalsTo(() => Promise.reject(new WorkflowNotFoundError('gone', 'account', undefined)));
    await expect(caller.signal('account', SIGNAL, [], 1_000)).rejects.toThrow(WorkflowNotFoundError);
    expect(ensure).not.toHaveBeenCalled();
  });
});
