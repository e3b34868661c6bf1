import { renderPosition, renderPositions } from '../../../src/cli/render-position';
import { renderRisk } from '../../../src/cli/render-risk';
import { renderTrades, tradesAsCsv } from '../../../src/cli/render-trades';
import { PLAIN } from '../../../src/cli/terminal';
import { aPositionView, aRow, aTrade } from '../positions/samples';

test('trades are a line each, with the sums below', () => {
  const text = renderTrades({ trades: [aTrade(), aTrade({ net: '-1' })], untold: ['ADAUSDT'], isCut: false }, 1, PLAIN);
  expect(text).toContain('BTCUSDT  LONG  0.5       61200  61300  TIME_LIMIT');
  expect(text).toMatch(/all\s+2\s+1\s+100\s+67\.375\s+0\s+15\.3125/);
  expect(text).toContain('1 position has no result: its workflow was ended by hand (ADAUSDT).');
});

test('comma-separated values have a heading and quote what needs it', () => {
  const [heading, row] = tradesAsCsv([aTrade({ strategy: 'a "b", c' })]).split('\n');
  expect(heading?.split(',').slice(0, 3)).toEqual(['closed_at', 'opened_at', 'symbol']);
  expect(row).toContain('"a ""b"", c"');
});

test.each(['=1+1', '+1', '@x', '-cmd'])('a strategy %s is no formula for a spreadsheet', (strategy) => {
  expect(tradesAsCsv([aTrade({ strategy })])).toContain(`,'${strategy},`);
});

test('a loss stays a number in comma-separated values', () => {
  expect(tradesAsCsv([aTrade({ net: '-12.5' })])).toContain(',-12.5,');
});

test('a position without a stop says so, and since when', () => {
  const row = aRow({ stopLoss: undefined });
  const view = aPositionView({ row, state: 'UNPROTECTED', unprotectedSinceMs: Date.UTC(2026, 0, 5, 12, 1) });
  expect(renderPosition(view, PLAIN)).toContain('NONE since 2026-01-05 12:01Z');
});

test('a position that does not answer is a line all the same', () => {
  expect(renderPositions([{ symbol: 'BTCUSDT', problem: 'x' }], PLAIN)).toContain('BTCUSDT');
});

test('a rule that denies entries says until when', () => {
  const rules = [{ code: 'LOSS_STREAK', limit: '4', value: '4', isBlocking: true, blockedUntilMs: 0 } as const];
  const view = { positionsAsOfMs: 0, positions: [], unprotected: ['BTCUSDT'], rules };
  expect(renderRisk(view, PLAIN)).toMatch(/BTCUSDT has no stop\.[^]*LOSS_STREAK.*BLOCKS until 1970-01-01T00:00Z/);
});
