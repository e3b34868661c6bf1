/** Every activity of a queue on which somebody trades stands behind the guard: a new one that does not fails here. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { loadConfig } from '../../../src/config/load-config';
import type { Engine } from '../../../workers/engine';
import { formerVenueWorker, signalsWorker, venueWorker } from '../../../workers/task-queue-workers';

const OURS = { environment: 'paper', venue: 'bybit' } as const;
const FINGERPRINT = 'f'.repeat(16);
const CALL = { ...OURS, fingerprint: FINGERPRINT };

let told: string[];
let isOfBefore: jest.Mock<Promise<boolean>, [string, string]>;
let touched: string[];

/** Anything that an activity may use: whatever it does is noted. */
function untouchable(name: string): never {
  return new Proxy(() => undefined, {
    get: (_target, key) => untouchable(`${name}.${String(key)}`),
    apply: () => {
      touched.push(name);
      throw new Error(`${name} was used.`);
    },
  }) as never;
}

function engine(): Engine {
  const config = loadConfig({ env: {}, cwd: '/' });
  return {
    ...(Object.fromEntries(
      ['client', 'funds', 'headStarts', 'intake', 'termsOf', 'check', 'permits', 'pacedVenue', 'checker', 'sender'].map(
        (name) => [name, untouchable(name)],
      ),
    ) as object),
    config,
    venueConfig: config.venues.bybit,
    ours: OURS,
    formerWorkflows: { includes: isOfBefore },
    problems: { happened: (_code: string, sentence: string) => told.push(sentence) },
  } as unknown as Engine;
}

type Activity = (call: unknown) => Promise<unknown>;

function activitiesOf(): readonly (readonly [name: string, activity: Activity])[] {
  const options = [signalsWorker(engine()), venueWorker(engine(), 1), formerVenueWorker(engine(), 1)];
  return options.flatMap(({ activities }) => Object.entries(activities as Record<string, Activity>));
}

/** Refusals are what is expected here. */
const QUIET = { logger: new DefaultLogger('ERROR') };

interface CallOptions {
  readonly workflowId?: string;
  readonly isLocal?: boolean;
  /** Absent: all of them. */
  readonly activities?: ReturnType<typeof activitiesOf>;
}

/** Calls every activity as a workflow of this signal does. @returns the failures' types */
async function callAll(
  call: unknown,
  { workflowId = FINGERPRINT, isLocal = true, activities = activitiesOf() }: CallOptions = {},
): Promise<readonly unknown[]> {
  const workflowExecution = { workflowId, runId: 'run-1' };
  return Promise.all(
    activities.map(([, activity]) =>
      new MockActivityEnvironment({ workflowExecution, isLocal }, QUIET).run(activity, call).then(
        () => undefined,
        ({ type, nonRetryable }) => nonRetryable && type,
      ),
    ),
  );
}

const ALL = 2 + 6 + 1 + 2 * (6 + 9);
/** What only follows an order. */
const FOLLOWING: readonly string[] = ['lookUpOrder', 'cancelOrder', 'bookFill', 'releaseFunds'];

beforeEach(() => {
  told = [];
  touched = [];
  isOfBefore = jest.fn(async (_workflowId: string, _runId: string) => false);
});

/** What is refused is refused by all of them, touches nothing, and a person hears of it. */
async function expectRefused(code: string, call: unknown, options: CallOptions = {}): Promise<void> {
  const types = await callAll(call, options);
  expect(types).toEqual((options.activities ?? activitiesOf()).map(() => code));
  if (!options.activities) expect(types.length).toBeGreaterThanOrEqual(ALL);
  expect(touched).toEqual([]);
  expect(told).toHaveLength(types.length);
}

test.each(['testnet', 'live', 'PAPER', null, 7])(
  'a call for the environment %p is refused before anything else',
  (environment) => expectRefused('ENVIRONMENT_MISMATCH', { ...CALL, environment }),
);

test.each([undefined, {}, [], 'paper', { ...CALL, environment: undefined }])(
  'a call with %j is refused where its workflow began when every one named its environment',
  (call) => {
    const activities = activitiesOf().filter(([name]) => !FOLLOWING.includes(name));
    expect(activities.length).toBeGreaterThan(FOLLOWING.length);
    return expectRefused('ENVIRONMENT_MISMATCH', call, { activities });
  },
);

test('an order that an older release sent meanwhile is looked up, cancelled and booked all the same', async () => {
  const activities = activitiesOf().filter(([name]) => FOLLOWING.includes(name));
  await callAll({ ...CALL, environment: undefined }, { activities });
  expect(told).toEqual([]);
  expect(touched).not.toEqual([]);
});

test.each(['other', 'BYBIT', null])('a call for the venue %p is refused', (venue) =>
  expectRefused('UNKNOWN_VENUE', { ...CALL, venue }),
);

test.each(['e'.repeat(16), null, 7])('a call in the name of the signal %p is refused', (fingerprint) =>
  expectRefused('SIGNAL_NOT_GENUINE', { ...CALL, fingerprint }),
);

test('a workflow that began before environments travelled along may name none', async () => {
  isOfBefore.mockResolvedValue(true);
  await callAll({ ...CALL, environment: undefined });
  expect(isOfBefore).toHaveBeenCalledWith(FINGERPRINT, 'run-1');
  expect(told).toEqual([]);
  expect(touched).not.toEqual([]);
});

test('what trades in one go is for workflows of this very process alone', async () => {
  const signals = Object.entries(signalsWorker(engine()).activities as Record<string, Activity>);
  const workflowExecution = { workflowId: FINGERPRINT, runId: 'run-1' };
  for (const name of ['tradeAtOnce', 'withdraw', 'bookFill', 'releaseFunds', 'admitOrphan', 'tellTerms']) {
    const [, activity] = signals.find(([key]) => key === name)!;
    const remote = new MockActivityEnvironment({ workflowExecution, isLocal: false }, QUIET);
    await expect(remote.run(activity, CALL)).rejects.toMatchObject({ type: 'SIGNAL_NOT_GENUINE' });
  }
  expect(touched).toEqual([]);
});
