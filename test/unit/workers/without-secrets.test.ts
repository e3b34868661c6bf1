import { ApplicationFailure } from '@temporalio/common';
import type { ActivityExecuteInput } from '@temporalio/worker';
import { rememberSecret } from '../../../src/secrets/known-secrets';
import { withoutSecrets } from '../../../workers/without-secrets';

const SECRET = 'history-canary-"1';
const SPELLED = `${JSON.stringify(SECRET)} ${Buffer.from(SECRET).toString('base64')} ${encodeURIComponent(SECRET)}`;
const LEAK = /canary|aGlzdG9yeS1jYW5hcnkt/;

/** Runs an activity as the worker does. */
function execute(activity: () => Promise<unknown>): Promise<unknown> {
  const { inbound } = withoutSecrets({} as never);
  const run = inbound?.execute?.bind(inbound);
  if (!run) throw new Error('Nothing is intercepted.');
  return run({ args: [], headers: {} } as ActivityExecuteInput, activity);
}

beforeAll(() => rememberSecret(SECRET));

test('what an activity answers goes into the history without secrets, in values and in names', async () => {
  const answer = { message: SPELLED, rows: [{ [SECRET]: 1, note: SPELLED }], count: 3, none: undefined, nil: null };
  const kept = await execute(async () => answer);
  expect(JSON.stringify(kept)).not.toMatch(LEAK);
  expect(kept).toMatchObject({ count: 3, none: undefined, nil: null });
});

test('an answer without a secret is kept as it is', async () => {
  const answer = { at: new Date(5), bytes: Buffer.from('a'), list: ['b', 1, true], deep: { text: '0.001' } };
  expect(await execute(async () => answer)).toEqual(answer);
});

test('a failure stays the failure it is, and tells no secret', async () => {
  const cause = new Error(`caused by ${SPELLED}`);
  const failure = ApplicationFailure.create({
    message: SPELLED,
    type: 'T',
    nonRetryable: true,
    details: [SPELLED, { SPELLED }],
    cause,
  });
  const thrown: unknown = await execute(() => Promise.reject(failure)).catch((error: unknown) => error);
  expect(thrown).toBe(failure);
  const { message, stack, details, type, nonRetryable } = failure;
  expect(JSON.stringify([message, stack, details, cause.message, cause.stack])).not.toMatch(LEAK);
  expect({ type, nonRetryable }).toEqual({ type: 'T', nonRetryable: true });
});

test('what lies deeper than anything that an activity answers is not kept', async () => {
  let deep: unknown = SECRET;
  for (let level = 0; level < 100; level += 1) deep = [deep];
  expect(JSON.stringify(await execute(async () => deep))).toMatch(/^\[+"\[redacted\]"\]+$/);
});
