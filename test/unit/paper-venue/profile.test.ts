import { GOOD_PROFILE } from '../../../src/paper-venue/account-profile';
import { instrumentFor } from '../../../src/paper-venue/market/instrument';
import { assertSymbols } from '../../../src/paper-venue/options';
import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { PaperVenues, testOptions } from './support/paper-server';
import { signedRequest } from './support/signed-request';

const venues = new PaperVenues();
let venue: PaperVenue;

beforeAll(async () => {
  venue = await venues.start({ account: { ...GOOD_PROFILE, untradable: ['ETHUSDT'] } });
});

afterAll(() => venues.cleanUp());

const ask = async (method: 'GET' | 'POST', path: string, parameters: Record<string, unknown> = {}) =>
  (await signedRequest(venue.url, method, path, parameters as never)).body;

test('the position mode is switched, kept, and refused where it is that already', async () => {
  const mode = (value: number) => ({ category: 'linear', symbol: 'BTCUSDT', mode: value });
  const path = '/v5/position/switch-mode';
  expect((await ask('POST', path, mode(0))).retCode).toBe(110025);
  expect((await ask('POST', path, mode(3))).retCode).toBe(0);
  const list = await ask('GET', '/v5/position/list', { category: 'linear', symbol: 'BTCUSDT' });
  expect((list.result as { list: { positionIdx: number }[] }).list.map((row) => row.positionIdx)).toEqual([1, 2]);
  expect((await ask('POST', path, mode(0))).retCode).toBe(0);
  expect((await ask('POST', path, mode(1))).retCode).toBe(10001);
});

test('fees are told for one symbol and for all', async () => {
  const fees = { takerFeeRate: '0.00055', makerFeeRate: '0.0002' };
  const one = await ask('GET', '/v5/account/fee-rate', { category: 'linear', symbol: 'BTCUSDT' });
  expect(one.result).toMatchObject({ list: [{ symbol: 'BTCUSDT', ...fees }] });
  const all = await ask('GET', '/v5/account/fee-rate', { category: 'linear' });
  expect((all.result as { list: unknown[] }).list).toHaveLength(2);
});

test("the account's own instruments leave out what it may not trade, page by page", async () => {
  const path = '/v5/account/instruments-info';
  expect((await ask('GET', path, { category: 'linear', limit: '1' })).result).toMatchObject({
    list: [{ symbol: 'BTCUSDT' }],
    nextPageCursor: '',
  });
  expect((await ask('GET', path, { category: 'linear', limit: '201' })).retCode).toBe(10001);
});

test('the price limits are those of the instrument: there is no band', async () => {
  const answer = await ask('GET', '/v5/market/price-limit', { symbol: 'BTCUSDT' });
  expect(answer.result).toMatchObject({ symbol: 'BTCUSDT', buyLmt: '1999999.80', sellLmt: '0.10' });
});

test('perpetuals that USDC settles end in PERP', () => {
  expect(instrumentFor('BTCPERP', 'USDC')).toMatchObject({ base: 'BTC', settle: 'USDC' });
  const usdc = { settleAsset: 'USDC', symbols: ['BTCPERP'] };
  expect(() => assertSymbols(testOptions('unused', usdc))).not.toThrow();
  expect(() => assertSymbols(testOptions('unused', { ...usdc, symbols: ['BTCUSDC'] }))).toThrow(
    'end in PERP where USDC settles, and BTCUSDC does not',
  );
});
