import type { SignalWorkflowInput } from '../src/messages/signal';
import type { SendCalls } from './send-calls';
import type { SignalActivities } from './signal-activities';
import type { SignalRecord } from './signal-record';
import type { Stop } from './stop';
import type { Terms } from './terms';

/** What every part of one signal's saga works with. */
export interface SagaParts {
  readonly input: SignalWorkflowInput;
  readonly terms: Terms;
  readonly activities: SignalActivities;
  readonly sends: SendCalls;
  readonly record: SignalRecord;
  readonly stop: Stop;
}
