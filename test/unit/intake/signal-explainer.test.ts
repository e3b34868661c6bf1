import type { Client } from '@temporalio/client';
import { SignalExplainer } from '../../../src/intake/signal-explainer';
import { IntakeUnavailableError } from '../../../src/intake/types';
import { SIGNAL_WORKFLOW_TYPE } from '../../../src/messages/signal';
import { GrpcStatus } from '../../../src/temporal/grpc-status';
import { AT_MS, FINGERPRINT } from '../domain/explain/fixtures';

const WITHIN_MS = 2_500;
const SLOW_ANSWER_MS = 2_000;

function unanswered(): Error {
  return Object.assign(new Error('no answer'), { code: GrpcStatus.DEADLINE_EXCEEDED, details: '', metadata: {} });
}

/** A server that tells late of a signal that runs, and then hangs. */
function hangingServer(deadlines: number[]): Client {
  const handle = {
    describe: async () => {
      jest.setSystemTime(Date.now() + SLOW_ANSWER_MS);
      return { type: SIGNAL_WORKFLOW_TYPE, status: { name: 'RUNNING' } };
    },
    query: () => Promise.reject(unanswered()),
    fetchHistory: () => Promise.reject(unanswered()),
  };
  const withDeadline = <Result>(deadlineMs: number, work: () => Promise<Result>) => {
    deadlines.push(deadlineMs);
    return work();
  };
  return { withDeadline, workflow: { getHandle: () => handle } } as unknown as Client;
}

beforeEach(() => {
  jest.useFakeTimers({ now: AT_MS });
});
afterEach(() => {
  jest.useRealTimers();
});

test('no call for an explanation outlives the time in which it is wanted, however late the server tells of it', async () => {
  const deadlines: number[] = [];
  const client = hangingServer(deadlines);
  const explainer = new SignalExplainer({ client, dataDir: '/nowhere', withinMs: WITHIN_MS });
  await expect(explainer.explain(FINGERPRINT)).rejects.toBeInstanceOf(IntakeUnavailableError);
  expect(deadlines).toEqual([AT_MS + WITHIN_MS, AT_MS + WITHIN_MS]);
});
