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

test('a signal is handed in again when nobody answered', async () => {
  const { submit, take } = intakeThat(new IntakeUnavailableError('gone'), ACCEPTED);
  expect(await take(signal)).toBe('f');
  expect(submit).toHaveBeenCalledTimes(2);
});

test('a refusal ends the measurement', async () => {
  const refusal: IntakeResult = { status: 'refused', code: 'STALE_SIGNAL', message: 'old' };
  const { submit, take } = intakeThat(refusal);
  await expect(take(signal)).rejects.toThrow(/not accepted/);
  expect(submit).toHaveBeenCalledTimes(1);
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
