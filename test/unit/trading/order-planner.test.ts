import type { TradeFacts } from '../../../src/domain/explain/types';
import { OrderPlanner, type SizingSettings } from '../../../src/trading/order-planner';
import { UNBOUNDED, UNGUARDED } from '../domain/fixtures';
import { INPUT } from './fixtures/short-road';

const MARKET = {
  symbol: 'BTCUSDT',
  base: 'BTC',
  quote: 'USDT',
  settle: 'USDT',
  quantityStep: '0.001',
  quantityMin: '0.001',
  priceStep: '0.1',
  takerFee: '0.0006',
};
const SETTINGS = {
  fractionOfFree: '0.1',
  safetyMargin: '0.02',
  leverage: 1,
  protection: UNGUARDED,
  bounds: UNBOUNDED,
};

/** A venue whose clock is known once a price was read. */
function plannerAt(venueMs: number | undefined, fault?: string, assets = {}) {
  let measured: number | undefined;
  const pacedVenue = {
    venue: { clockMs: () => measured },
    market: async () => MARKET,
    ticker: async () => {
      measured = venueMs;
      return { symbol: 'BTCUSDT', bid: '59999', ask: '60000' };
    },
  };
  const entities = { query: async () => ({ assets }) };
  return new OrderPlanner(entities as never, 'account', pacedVenue as never, SETTINGS, { faultFor: () => fault });
}

test.each([1_700_000_000_000, undefined])('a plan bears the venue’s clock %p, and nobody else’s', async (venueMs) => {
  const plan = await plannerAt(venueMs).plan(INPUT);
  expect(plan).toMatchObject({ quantity: '0.01' });
  expect('plannedAtMs' in plan ? plan.plannedAtMs : undefined).toBe(venueMs);
});

test('an account that is not fit stops entries, and no exit', async () => {
  const planner = plannerAt(undefined, 'The key may withdraw.');
  expect(await planner.plan(INPUT)).toEqual({
    code: 'VENUE_UNAVAILABLE',
    message: 'No entry is sent: The key may withdraw.',
  });
  const exit = { ...INPUT, signal: { ...INPUT.signal, intent: 'exit' as const } };
  expect(await planner.plan(exit)).toMatchObject({ reduceOnly: true });
});

test('a signal without an amount, on an account that holds nothing, is told where to transfer from', async () => {
  const planner = plannerAt(undefined, undefined, { USDT: { total: '0', free: '0' } });
  const unsized = { ...INPUT, signal: { ...INPUT.signal, amount: undefined } };
  expect(await planner.plan(unsized)).toEqual({
    code: 'INSUFFICIENT_FUNDS',
    message: '0 USDT in the unified account; transfer from Funding. Then send a new signal.',
  });
});

test.each(['entry', 'exit'] as const)('an %s asks for rules and price in its own share', async (intent) => {
  const market = jest.fn(async (_symbol: string, _intent: string) => MARKET);
  const ticker = jest.fn(async (_symbol: string, _intent: string) => ({ symbol: 'BTCUSDT', bid: '1', ask: '1' }));
  const pacedVenue = { venue: { clockMs: () => undefined }, market, ticker };
  const planner = new OrderPlanner({} as never, 'account', pacedVenue as never, SETTINGS);
  await planner.plan({ ...INPUT, signal: { ...INPUT.signal, intent } });
  expect([market, ticker].map(({ mock }) => mock.calls)).toEqual([[['BTCUSDT', intent]], [['BTCUSDT', intent]]]);
});

test('what guards the position, and the bounds of one order, come from the settings', async () => {
  const pacedVenue = {
    venue: { clockMs: () => undefined },
    market: async () => MARKET,
    ticker: async () => ({ symbol: 'BTCUSDT', bid: '59999', ask: '60000' }),
  };
  const planBy = (settings: Partial<SizingSettings>) =>
    new OrderPlanner({} as never, 'account', pacedVenue as never, { ...SETTINGS, ...settings }).plan(INPUT);
  const protection = { ...UNGUARDED, settings: { ...UNGUARDED.settings, required: true, stopLossFraction: '0.02' } };
  expect(await planBy({ protection })).toMatchObject({ stopLoss: '58800', stopTrigger: 'mark' });
  expect(await planBy({ protection: { ...protection, isAttachable: false } })).toMatchObject({ code: 'NO_STOP' });
  expect(await planBy({ bounds: { ...UNBOUNDED, orderValueMax: '599' } })).toMatchObject({ code: 'ORDER_TOO_LARGE' });
});

describe('the bounds that an entry meets', () => {
  const EXPOSURE = ['EXPOSURE_LIMIT', '100 % of equity', '600 USDT, 6 %'] as const;
  const pacedVenue = {
    venue: { clockMs: () => undefined },
    market: async () => ({ ...MARKET, leverageMax: '100' }),
    ticker: async () => ({ symbol: 'BTCUSDT', bid: '59999', ask: '60000' }),
  };

  async function factsOf(signal: Partial<typeof INPUT.signal>) {
    const query = jest.fn(async () => ({ assets: { USDT: { total: '1000', free: '1000' } }, bounds: [EXPOSURE] }));
    const facts: TradeFacts[] = [];
    const planner = new OrderPlanner({ query } as never, 'account', pacedVenue as never, SETTINGS);
    await planner.plan({ ...INPUT, signal: { ...INPUT.signal, ...signal } }, (more) => void facts.push(more));
    return {
      bounds: facts.flatMap(({ bounds = [] }) => bounds),
      asked: query.mock.calls.map(([, , ...args]: unknown[]) => args),
    };
  }

  test('come along with the free funds where these are asked for', async () => {
    expect(await factsOf({ amount: undefined })).toEqual({
      bounds: [['LEVERAGE_TOO_HIGH', '100', '1'], EXPOSURE],
      asked: [['BTCUSDT']],
    });
  });

  test('are never asked for alone: of an entry with an amount only its own are told', async () => {
    expect(await factsOf({ amount: '0.01' })).toEqual({ bounds: [['LEVERAGE_TOO_HIGH', '100', '1']], asked: [] });
  });

  test('are not told of an exit, which meets none', async () => {
    expect(await factsOf({ intent: 'exit' })).toEqual({ bounds: [], asked: [] });
  });
});
