import { proxyActivities } from '@temporalio/workflow';
import type { IntakeActivities, IntakeResult } from '../activities/intake';
import type { TradingSignal } from '../src/domain/signal';
import type { TradingVenue } from '../src/domain/trading-venue';
import { SIGNALS_TASK_QUEUE } from '../src/messages/ids';

const { submitSignals } = proxyActivities<IntakeActivities>({
  taskQueue: SIGNALS_TASK_QUEUE,
  startToCloseTimeout: '5 seconds',
  retry: { initialInterval: '200 ms', maximumInterval: '1 second' },
});

/** Hands one signal in as the ML manager does: in the process that then trades it. */
export async function handIn(at: TradingVenue, signal: TradingSignal): Promise<IntakeResult> {
  const [result] = await submitSignals({ ...at, signals: [signal] });
  if (!result) throw new Error('Intake gave no answer.');
  return result;
}
