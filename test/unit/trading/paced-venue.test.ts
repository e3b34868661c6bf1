import { PacedVenue } from '../../../src/trading/paced-venue';

const NOW_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;
const PRICE_AGE_MAX_MS = 5_000;

beforeEach(() => jest.useFakeTimers({ now: NOW_MS }));
afterEach(() => jest.useRealTimers());

function pacedVenue() {
  let price = 0;
  const tickers = jest.fn(async () => [{ symbol: 'BTCUSDT', bid: '1', ask: String((price += 1)) }]);
  const paced = new PacedVenue({ tickers } as never, { forRead: async () => undefined } as never, PRICE_AGE_MAX_MS);
  const ask = async () => (await paced.ticker('BTCUSDT'))?.ask;
  return { ask, tickers };
}

test.each([-HOUR_MS, 0, HOUR_MS, -10 * 365 * 24 * HOUR_MS])(
  'a price lives for its age and not longer, though the clock steps by %d ms',
  async (stepMs) => {
    const { ask } = pacedVenue();
    expect(await ask()).toBe('1');
    jest.setSystemTime(NOW_MS + stepMs);
    jest.advanceTimersByTime(PRICE_AGE_MAX_MS);
    expect(await ask()).toBe('1');
    jest.advanceTimersByTime(1);
    expect(await ask()).toBe('2');
  },
);

test('all who ask at the same time share a request', async () => {
  const { ask, tickers } = pacedVenue();
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(['1', '1', '1']);
  expect(tickers).toHaveBeenCalledTimes(1);
});
