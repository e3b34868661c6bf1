import { Repricer } from '../../../src/trading/repricer';
import { VenueError } from '../../../src/venues/venue';
import { market, ticker, UNGUARDED } from '../domain/fixtures';
import { PLAN } from './fixtures/short-road';

const plan = { ...PLAN, symbol: market.symbol, direction: 'BUY', limitPrice: undefined, reduceOnly: false } as const;
const unreachable = async (): Promise<never> => {
  throw new VenueError({ kind: 'UNKNOWN', message: 'The venue is silent.' });
};

function repricer(ask: string | undefined): Repricer {
  const price = async () => (ask === undefined ? undefined : { ...ticker, ask });
  return new Repricer({ market: async () => market, ticker: price }, 1, UNGUARDED.settings);
}

test('an entry at the price it was planned at is covered', async () => {
  const affordable = { ...plan, quantity: '1', reserveAmount: '103' };
  expect(await repricer('100').check(affordable)).toEqual({ status: 'covered' });
  expect(await repricer('104').check(affordable)).toMatchObject({ status: 'denied', denial: { code: 'PRICE_MOVED' } });
});

test('an entry whose stop was passed while it waited is not sent', async () => {
  const guarded = { ...plan, quantity: '1', reserveAmount: '103', stopLoss: '98', stopTrigger: 'mark' } as const;
  const at = (bid: string) => {
    const price = async () => ({ ...ticker, bid, ask: '100' });
    return new Repricer({ market: async () => market, ticker: price }, 1, UNGUARDED.settings).check(guarded);
  };
  expect(await at('98.1')).toEqual({ status: 'covered' });
  expect(await at('98')).toMatchObject({ status: 'denied', denial: { code: 'PRICE_MOVED' } });
});

test('without a price nothing is known, whoever has none', async () => {
  expect(await repricer(undefined).check(plan)).toMatchObject({ status: 'unknown' });
  const silent = new Repricer({ market: unreachable, ticker: unreachable }, 1, UNGUARDED.settings);
  expect(await silent.check(plan)).toEqual({ status: 'unknown', reason: 'The venue is silent.' });
});

test.each([
  ['exit', { reduceOnly: true }],
  ['limit order', { limitPrice: '1' }],
])('an %s needs no price', async (_what, change) => {
  const silent = new Repricer({ market: unreachable, ticker: unreachable }, 1, UNGUARDED.settings);
  expect(await silent.check({ ...plan, ...change })).toEqual({ status: 'covered' });
});
