import { renderPosition, renderPositions } from '../../../src/cli/render-position';
import { renderRisk } from '../../../src/cli/render-risk';
import { renderTrades, tradesAsCsv } from '../../../src/cli/render-trades';
import { PLAIN } from '../../../src/cli/terminal';
import { aPositionView, aRow, aTrade } from '../positions/samples';

const ONE_DAY = { days: 1, settleAsset: 'USDT' };

test('trades are a line each, with the sums below', () => {
  const text = renderTrades(
    { trades: [aTrade(), aTrade({ net: '-1' })], untold: ['ADAUSDT'], isCut: false },
    ONE_DAY,
    PLAIN,
  );
  expect(text).toContain('BTCUSDT  LONG  0.5       61200  61300  TIME_LIMIT');
  expect(text).toMatch(/all\s+2\s+1\s+100\.00\s+67\.38\s+0\s+15\.31$/m);
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
  expect(renderPosition(view, 'USDT', PLAIN)).toContain('NONE since 2026-01-05 12:01Z');
});

test('a position that does not answer is a line all the same', () => {
  expect(renderPositions([{ symbol: 'BTCUSDT', problem: 'x' }], 'USDT', PLAIN)).toContain('BTCUSDT');
});

test('a rule that denies entries says until when', () => {
  const rules = [{ code: 'LOSS_STREAK', limit: '4', value: '4', isBlocking: true, blockedUntilMs: 0 } as const];
  const view = { positionsAsOfMs: 0, positions: [], unprotected: ['BTCUSDT'], rules };
  expect(renderRisk(view, 'USDT', PLAIN)).toMatch(
    /BTCUSDT has no stop\.[^]*losses in a row.*BLOCKS until 1970-01-01T00:00Z/,
  );
});

test('trades name the asset of their money, and how many days they are of', () => {
  expect(renderTrades({ trades: [aTrade()], untold: [], isCut: false }, ONE_DAY, PLAIN)).toMatch(
    /^CLOSED \(UTC\).* NET USDT/,
  );
  const none = { trades: [], untold: [], isCut: false };
  expect(renderTrades(none, ONE_DAY, PLAIN)).toBe('No position was closed in the last day.');
  expect(renderTrades(none, { ...ONE_DAY, days: 7 }, PLAIN)).toBe('No position was closed in the last 7 days.');
});

test('positions without a result are named once each, and no more than ten of them', () => {
  const untold = ['A1', 'A1', ...Array.from({ length: 11 }, (_, index) => `B${index}`)];
  expect(renderTrades({ trades: [], untold, isCut: false }, ONE_DAY, PLAIN)).toContain(
    '13 positions have no result: their workflows were ended by hand (A1, B0, B1, B2, B3, B4, B5, B6, B7, B8 and 2 more).',
  );
});

test('a list of positions has sensible figures, with their asset, and what is left of the profit at the stop', () => {
  const row = aRow({ entryPrice: '61200.123456789', size: '0.500000000001', unrealisedProfit: '49.93999999' });
  const [heading, line, notes] = renderPositions(
    [{ symbol: 'BTCUSDT', view: aPositionView({ row }) }],
    'USDT',
    PLAIN,
  ).split('\n');
  expect(heading).toMatch(/PROFIT USDT +AT STOP USDT/);
  expect(line).toMatch(/^BTCUSDT +LONG +0\.5 +61200\.123 +61300 +59950 +- +49\.94 +-625\.06 +PROTECTED$/);
  expect(notes).toContain('before fees and funding');
});

test.each([
  ['LONG', '61300', '100', '~61200'],
  ['SHORT', '61300', '100', '~61400'],
] as const)(
  'a stop that follows the price of a %s is marked, where it is nearer than the fixed one',
  (side, markPrice, trailingDistance, stop) => {
    const stopLoss = side === 'LONG' ? '59950' : '63000';
    const row = aRow({ side, markPrice, trailingDistance, stopLoss });
    const view = aPositionView({ row, stop: { price: stop.slice(1), isEstimated: true } });
    const text = renderPositions([{ symbol: 'BTCUSDT', view }], 'USDT', PLAIN);
    expect(text).toContain(` ${stop} `);
    expect(text).toContain('~: a stop that follows the price');
    expect(renderPosition(view, 'USDT', PLAIN)).toContain(`100 behind the price, now at ${stop} or nearer`);
  },
);

test('a fixed stop that is nearer than the one that follows is the one that counts', () => {
  const row = aRow({ trailingDistance: '5000' });
  expect(renderPositions([{ symbol: 'BTCUSDT', view: aPositionView({ row }) }], 'USDT', PLAIN)).toContain(' 59950 ');
});

test('a position that nobody here opened is marked, and never had a stop as far as is known', () => {
  const view = aPositionView({ state: 'UNPROTECTED', marks: ['foreign'], row: aRow({ stopLoss: undefined }) });
  expect(renderPositions([{ symbol: 'BTCUSDT', view }], 'USDT', PLAIN)).toMatch(/UNPROTECTED, foreign/);
  expect(renderPosition(view, 'USDT', PLAIN)).toContain('NONE; it never had one, as far as is known');
});

test('a booked position says when and why it was closed, and not when it closes', () => {
  const trade = aTrade({ reason: 'OPERATOR' });
  const view = aPositionView({
    state: 'BOOKED',
    row: undefined,
    trade,
    closesAtMs: Date.UTC(2026, 0, 5, 13),
    exitRounds: 1,
  });
  const text = renderPosition(view, 'USDT', PLAIN);
  expect(text).toMatch(/^closed +2026-01-05 12:10Z by OPERATOR$/m);
  expect(text).not.toMatch(/^closes/m);
  expect(text).toMatch(/^exits +1, an operator$/m);
  expect(text).toContain('net 16.31 USDT = gross 50.00 - fees 33.69 + funding 0');
});

test('a rule names its setting, and is ok where it denies nothing', () => {
  const rules = [
    { code: 'EXPOSURE_LIMIT', limit: '100 % of equity', value: '12', isBlocking: false },
    { code: 'TOO_MANY_ENTRIES', limit: '3 a minute', value: '0', isBlocking: false },
    { code: 'TOO_MANY_ENTRIES', of: 'a day', value: '0', isBlocking: false },
  ] as const;
  const text = renderRisk(
    { equity: '99999.123456', positionsAsOfMs: 0, positions: [], unprotected: [], rules },
    'USDT',
    PLAIN,
  );
  expect(text).toContain('Equity 99999.12 USDT, at the start of the day (UTC) unknown.');
  expect(text).toMatch(/all positions together +risk\.total +100 % of equity +12 +ok$/m);
  expect(text).toMatch(/entries +risk\.entriesPerMinute +3 a minute +0 +ok$/m);
  expect(text).toMatch(/entries +a day +risk\.entriesPerDay +- +0 +off$/m);
});
