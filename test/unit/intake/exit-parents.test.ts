import { WorkflowNotFoundError } from '@temporalio/client';
import { ExitParents } from '../../../src/intake/exit-parents';
import type { SignalOrigin } from '../../../src/messages/trade';

const ORIGIN: SignalOrigin = {
  workflowId: 'f'.repeat(16),
  workflowType: 'signal',
  firstRunId: 'r',
  startedAtMs: 1,
  foreign: [],
  parent: { workflowId: 'position:bybit:BTCUSDT', runId: 'p' },
};

function parentsOf(describe: () => Promise<unknown>) {
  const getHandle = jest.fn((_id: string, _runId: string) => ({ describe }));
  const client = { workflow: { getHandle }, withDeadline: (_atMs: number, call: () => Promise<unknown>) => call() };
  return { parents: new ExitParents(client as never), getHandle };
}

test('a signal without a parent asks the server nothing', async () => {
  const { parents, getHandle } = parentsOf(async () => ({ type: 'other' }));
  const { parent: _parent, ...alone } = ORIGIN;
  expect(await parents.fault(alone)).toBeUndefined();
  expect(getHandle).not.toHaveBeenCalled();
});

test('the very run that started an exit is asked for, once for all its steps', async () => {
  const { parents, getHandle } = parentsOf(async () => ({ type: 'position' }));
  expect(await parents.fault(ORIGIN)).toBeUndefined();
  expect(await parents.fault(ORIGIN)).toBeUndefined();
  expect(getHandle.mock.calls).toEqual([['position:bybit:BTCUSDT', 'p']]);
});

test('a parent of another type, or one that the server does not know, is none', async () => {
  const other = parentsOf(async () => ({ type: 'pretender' }));
  expect(await other.parents.fault(ORIGIN)).toMatchObject({ code: 'SIGNAL_NOT_GENUINE' });
  const gone = parentsOf(() => Promise.reject(new WorkflowNotFoundError('No.', 'id', undefined)));
  expect(await gone.parents.fault(ORIGIN)).toMatchObject({ code: 'SIGNAL_NOT_GENUINE' });
});

test('a server that does not answer refuses nothing: the call is repeated', async () => {
  const { parents } = parentsOf(() => Promise.reject(new Error('Away.')));
  await expect(parents.fault(ORIGIN)).rejects.toThrow('Away.');
});
