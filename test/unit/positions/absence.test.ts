import { describeAbsence } from '../../../src/positions/absence';
import { aPositionView, aTrade } from './samples';

const BOOKED = { state: 'BOOKED', row: undefined } as const;

test.each([
  ['nothing is known', undefined, 'No position of BTCUSDT is open, and none is remembered that was.'],
  [
    'it was closed',
    aPositionView({ ...BOOKED, trade: aTrade({ reason: 'STOP_LOSS' }) }),
    'No position of BTCUSDT is open; the last one was closed 2026-01-05 12:10:00Z (STOP_LOSS).',
  ],
  ['it never was one', aPositionView(BOOKED), 'No position of BTCUSDT is open.'],
  ['the next one is open', aPositionView(), 'A position of BTCUSDT was opened just now. Ask again.'],
])('where %s, that is said of a position that cannot be told anything', (_name, last, sentence) => {
  expect(describeAbsence('BTCUSDT', last)).toBe(sentence);
});
