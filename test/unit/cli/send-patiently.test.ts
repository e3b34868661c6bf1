import { sendPatiently } from '../../../src/cli/send-patiently';
import { IntakeUnavailableError } from '../../../src/intake/types';
import { ServerUnavailableError } from '../../../src/temporal/errors';

const DEADLINE_MS = 60_000;
const ATTEMPT_MS = 10_000;
const silent = new IntakeUnavailableError('No answer.');
const unreachable = new ServerUnavailableError('TEMPORAL_UNREACHABLE', 'Nobody listens.');

/** A clock that only pauses and attempts move. */
class Clock {
  atMs = 0;
  readonly pauses: number[] = [];
  readonly now = (): number => this.atMs;
  readonly pause = async (durationMs: number): Promise<void> => {
    this.pauses.push(durationMs);
    this.atMs += durationMs;
  };
}

/** Fails with each of the errors, then answers. */
function failing(clock: Clock, ...errors: readonly Error[]) {
  const remaining = [...errors];
  return jest.fn(async () => {
    clock.atMs += ATTEMPT_MS;
    const error = remaining.shift();
    if (error) throw error;
    return 'accepted';
  });
}

async function send(clock: Clock, attempt: () => Promise<string>, deadlineMs = DEADLINE_MS) {
  const told: (readonly [number, string])[] = [];
  const onRepeat = (number: number, { message }: Error): void => void told.push([number, message]);
  const outcome = await sendPatiently({ attempt, deadlineMs, onRepeat, patience: clock }).catch(
    (error: unknown) => error,
  );
  return { outcome, told };
}

test('an answer is not asked for twice', async () => {
  const clock = new Clock();
  const attempt = failing(clock);
  expect(await send(clock, attempt)).toEqual({ outcome: 'accepted', told: [] });
  expect(attempt).toHaveBeenCalledTimes(1);
});

test('a lost answer and a connection that could not be made are both repeated, and each repetition is told', async () => {
  const clock = new Clock();
  const { outcome, told } = await send(clock, failing(clock, unreachable, silent));
  expect(outcome).toBe('accepted');
  expect(told).toEqual([
    [2, unreachable.message],
    [3, silent.message],
  ]);
});

test('the pauses grow', async () => {
  const clock = new Clock();
  await send(clock, failing(clock, silent, silent, silent));
  expect(clock.pauses).toEqual([500, 1_000, 2_000]);
});

test('no attempt begins after the deadline, and the last error is what is thrown', async () => {
  const clock = new Clock();
  const begunAtMs: number[] = [];
  const attempt = async (): Promise<string> => {
    begunAtMs.push(clock.atMs);
    clock.atMs += ATTEMPT_MS;
    throw silent;
  };
  const { outcome } = await send(clock, attempt);
  expect(outcome).toBe(silent);
  expect(begunAtMs.length).toBeGreaterThan(2);
  expect(Math.max(...begunAtMs)).toBeLessThanOrEqual(DEADLINE_MS);
});

test('without time there is one attempt', async () => {
  const clock = new Clock();
  const attempt = failing(clock, silent);
  expect((await send(clock, attempt, 0)).outcome).toBe(silent);
  expect(attempt).toHaveBeenCalledTimes(1);
});

test.each([
  ['a fault', new Error('a fault')],
  ['refused credentials', new ServerUnavailableError('TEMPORAL_REFUSED', 'The key is not accepted.')],
])('%s is not repeated', async (_name, error) => {
  const clock = new Clock();
  const attempt = failing(clock, error);
  expect((await send(clock, attempt)).outcome).toBe(error);
  expect(attempt).toHaveBeenCalledTimes(1);
});
