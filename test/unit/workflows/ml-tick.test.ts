import { ActivityFailure, ApplicationFailure, RetryState, TimeoutFailure } from '@temporalio/common';
import { describeFailure } from '../../../workflows/ml-tick';

function failed(step: string, cause: Error): ActivityFailure {
  return new ActivityFailure('Activity task failed', step, '1', RetryState.TIMEOUT, undefined, cause);
}

test('of a step that nobody answered it is told who was asked', () => {
  const late = new TimeoutFailure('late', undefined, 'SCHEDULE_TO_CLOSE');
  expect(describeFailure(failed('predict', late))).toMatch(/^The ML manager gave no predictions in time;/);
  expect(describeFailure(failed('constructor', late))).toMatch(/^No answer came in time;/);
});

test('what the last attempt of a step said is told as it was said', () => {
  const late = new TimeoutFailure('late', undefined, 'SCHEDULE_TO_CLOSE');
  const told = Object.assign(late, { cause: ApplicationFailure.nonRetryable('No candles.') });
  expect(describeFailure(failed('fetchCandles', told))).toBe('No candles.');
});
