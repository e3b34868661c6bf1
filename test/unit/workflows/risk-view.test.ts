import { riskView } from '../../../workflows/risk-view';
import { Desk, LAG_MS } from '../domain/risk/desk';

describe('a run of the account that the venue has told no positions yet', () => {
  test('shows what the book holds, and the venue’s own row once there is one', () => {
    const desk = new Desk({ unprotectedMaxMs: 5_000 });
    const row = desk.open('BTCUSDT', { size: '2', takeProfit: '120', sequence: 7 });
    desk.carryOver();
    const view = (rows: Iterable<readonly [string, typeof row]> = []) =>
      riskView({ book: desk.book, terms: desk.terms, pending: [], rows: new Map(rows), nowMs: desk.nowMs }).positions;
    const { symbol, side, openedAtMs, updatedAtMs } = row;
    const held = { symbol, side, size: '2', stopLoss: '90', takeProfit: '120', openedAtMs, updatedAtMs, sequence: 7 };
    expect(view()).toEqual([{ ...held, value: '200' }]);
    expect(view([['BTCUSDT', row]])).toEqual([row]);
    desk.pass(LAG_MS).reportFlat();
    expect(view([['BTCUSDT', row]])).toEqual([]);
  });
});
