import { createIntakeActivities } from '../../../activities/intake';
import type { IntakeResult, SignalIntake } from '../../../src/intake/types';
import type { TradingSignal } from '../../../src/domain/signal';

const fingerprint = '0123456789abcdef';
const signal = { symbol: 'BTCUSDT' } as TradingSignal;

test.each<[IntakeResult, object]>([
  [{ status: 'accepted', fingerprint }, { status: 'accepted' }],
  [
    { status: 'accepted', fingerprint, repeated: true },
    { status: 'accepted', duplicate: true },
  ],
  [{ status: 'duplicate', fingerprint, conflicting: true, message: 'Other.' }, { status: 'duplicate' }],
  [
    { status: 'refused', code: 'DISK_LOW', message: 'Full.' },
    { status: 'refused', code: 'DISK_LOW' },
  ],
])('what became of a signal of the model is a line with its fingerprint: %j', async (result, said) => {
  const info = jest.fn();
  const intake = { submit: () => Promise.resolve(result) } as unknown as SignalIntake;
  await createIntakeActivities({ intake, logger: { info }, fingerprintOf: () => fingerprint }).submitSignals({
    environment: 'paper',
    venue: 'bybit',
    signals: [signal],
  });
  expect(info.mock.calls.map((call) => call[1] as unknown)).toEqual([{ fingerprint, symbol: 'BTCUSDT', ...said }]);
});

test('what the gate says of a signal stands in its line', async () => {
  const info = jest.fn();
  const intake = { submit: () => Promise.resolve({ status: 'accepted', fingerprint }) } as unknown as SignalIntake;
  const note = 'demo: expected to lose about 0.13 %';
  await createIntakeActivities({ intake, logger: { info }, fingerprintOf: () => fingerprint }).submitSignals({
    environment: 'paper',
    venue: 'bybit',
    signals: [signal, { ...signal, symbol: 'ETHUSDT' }],
    notes: { BTCUSDT: note },
  });
  expect(info.mock.calls.map((call) => (call[1] as { note?: string }).note)).toEqual([note, undefined]);
});
