import { patientIntake } from '../../../bench/patient-intake';
import { SignalMaker } from '../../../bench/signal-maker';
import { IntakeUnavailableError, type IntakeResult } from '../../../src/intake/types';

const ACCEPTED: IntakeResult = { status: 'accepted', fingerprint: 'f' };
const signal = new SignalMaker().next();

function intakeThat(...answers: readonly (IntakeResult | Error)[]) {
  const left = [...answers];
  const submit = jest.fn(async (): Promise<IntakeResult> => {
    const answer = left.shift() ?? ACCEPTED;
    if (answer instanceof Error) throw answer;
    return answer;
  });
  return { submit, take: patientIntake({ intake: { submit } }) };
}

test('a signal is handed in again when nobody answered, and found there', async () => {
  const { submit, take } = intakeThat(new IntakeUnavailableError('gone'), {
    status: 'duplicate',
    fingerprint: 'f',
    conflicting: false,
  });
  expect(await take(signal)).toBe('f');
  expect(submit).toHaveBeenCalledTimes(2);
});

test.each<readonly [string, IntakeResult]>([
  ['a conflict', { status: 'duplicate', fingerprint: 'f', conflicting: true }],
  ['a refusal', { status: 'refused', code: 'STALE_SIGNAL', message: 'old' }],
])('%s ends the measurement', async (_, answer) => {
  await expect(intakeThat(answer).take(signal)).rejects.toThrow(/not accepted/);
});

test('no more than a hundred are handed in at once, and all of them are', async () => {
  let atOnce = 0;
  let most = 0;
  const take = patientIntake({
    intake: {
      async submit() {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await new Promise(setImmediate);
        atOnce -= 1;
        return ACCEPTED;
      },
    },
  });
  expect(await Promise.all(Array.from({ length: 250 }, () => take(signal)))).toHaveLength(250);
  expect(most).toBe(100);
});
