import { positionNoteOf } from '../../../src/positions/position-note';
import { viewOf } from '../domain/explain/fixtures';

test('of a position that nobody tells of in time nothing is claimed, and the explanation stands', async () => {
  const show = jest.fn(async (_symbol: string, _timeoutMs?: number) => Promise.reject(new Error('Nobody answers.')));
  expect(await positionNoteOf({ show }, viewOf({ outcome: 'FILLED' }), 1_000)).toMatchObject({ state: 'untold' });
  expect(show).toHaveBeenCalledWith('BTCUSDT', 1_000);
});
