import { GOOD_PROFILE, type AccountProfile, type KeyProfile } from '../../../../src/paper-venue/account-profile';
import type { PaperVenueOptions } from '../../../../src/paper-venue/options';
import { Secret } from '../../../../src/secrets/secret';
import { Preflight, type PreflightOptions } from '../../../../src/trading/preflight/preflight';
import { createVenue } from '../../../../src/venues/create-venue';
import type { AccountInspector, Venue } from '../../../../src/venues/venue';
import { API_KEY, API_SECRET, PaperVenues } from '../../paper-venue/support/paper-server';

/*
 * The adapter's own signed client against a running paper venue, whose account is as a person set it up there.
 */

const papers = new PaperVenues();
const venues: Venue[] = [];
const SYMBOLS = ['BTCUSDT', 'ETHUSDT'];

afterAll(async () => {
  await Promise.all(venues.map((venue) => venue.close()));
  await papers.cleanUp();
});

function adapterFor(baseUrl: string): Venue {
  const config = {
    adapter: 'bybit',
    environment: 'paper',
    symbols: SYMBOLS,
    settleAsset: 'USDT',
    receiveWindowMs: 5_000,
    requestTimeoutMs: 5_000,
  } as const;
  const credentials = { apiKey: new Secret(API_KEY), apiSecret: new Secret(API_SECRET) };
  const venue = createVenue({
    name: 'bybit',
    config,
    baseUrl,
    credentials,
    permits: 'not needed',
    takerFee: '0.00055',
  });
  venues.push(venue);
  return venue;
}

interface World {
  readonly paper?: Partial<PaperVenueOptions>;
  readonly terms?: Partial<PreflightOptions['terms']>;
  readonly keptAccountIds?: readonly string[];
  readonly change?: (inspector: AccountInspector) => void;
  readonly questionsMax?: number;
}

async function open(world: World = {}) {
  const paper = await papers.start({ leverage: 1, ...world.paper });
  const inspector = adapterFor(paper.url).inspector!;
  world.change?.(inspector);
  const asked: string[] = [];
  const preflight = new Preflight({
    inspector,
    confirmAfterMs: 0,
    symbols: SYMBOLS,
    mayAsk: async (endpoint) => void asked.push(endpoint),
    terms: {
      venue: 'bybit',
      environment: 'live',
      region: 'global',
      symbols: SYMBOLS,
      settleAsset: 'USDT',
      leverage: 1,
      leverageAtVenue: 'compare',
      allowsWithdrawal: false,
      keepsStops: false,
      ...world.terms,
    },
    keptAccountIds: async () => world.keptAccountIds ?? [],
    questionsMax: world.questionsMax ?? 100,
  });
  return { paper, preflight, asked };
}

const account = (change: Partial<AccountProfile>): World => ({ paper: { account: { ...GOOD_PROFILE, ...change } } });
const key = (change: Partial<KeyProfile>): World => account({ key: { ...GOOD_PROFILE.key, ...change } });

test('of a good account nothing is found, with one permit for each request', async () => {
  const { paper, preflight, asked } = await open();
  expect(await preflight.look(5_000)).toEqual([]);
  expect(preflight.isComplete).toBe(true);
  expect(preflight.accountId).toBe(GOOD_PROFILE.accountId);
  const { time, ...requests } = paper.audit().requestsPerEndpoint;
  // The clock is measured before the first signature.
  expect(time).toBe(1);
  expect(requests).toEqual({
    query_api: 1,
    account_info: 1,
    system_status: 1,
    user_setting_config: 1,
    fee_rate: 1,
    own_instruments: 1,
    position_list: SYMBOLS.length,
  });
  expect(asked).toHaveLength(8);
});

const BAD: readonly (readonly [name: string, world: World, code: string])[] = [
  ['a read-only key', key({ isReadOnly: true }), 'refuse KEY_READ_ONLY'],
  ['a key without orders', key({ mayOrder: false }), 'refuse KEY_MAY_NOT_TRADE'],
  ['a key that withdraws', key({ mayWithdraw: true }), 'refuse KEY_MAY_WITHDRAW'],
  ['a key that ended', key({ endsInDays: 0 }), 'refuse KEY_ENDED'],
  ['a key that ends soon', key({ endsInDays: 7 }), 'warn KEY_ENDS_SOON'],
  ['a key that is good from everywhere', key({ isBoundToAddress: false }), 'warn KEY_NOT_BOUND'],
  ['a key of another secret', { paper: { apiSecret: 'another' } }, 'refuse KEY_REFUSED'],
  ["another account's key", { keptAccountIds: ['7'] }, 'refuse OTHER_ACCOUNT'],
  ['a classic account', account({ kind: 'classic' }), 'refuse ACCOUNT_KIND'],
  ['portfolio margin', account({ marginMode: 'portfolio' }), 'refuse MARGIN_MODE'],
  ['hedge mode', account({ positionMode: 'hedge' }), 'refuse HEDGE_MODE'],
  ['another leverage', { paper: { leverage: 10 } }, 'refuse LEVERAGE'],
  ['fees in MNT', account({ feesInMnt: true }), 'warn FEE_ASSET'],
  ['a dearer fee', { paper: { takerFee: '0.001' } }, 'warn FEE_RATE'],
  ['a symbol that is closed to it', account({ untradable: ['ETHUSDT'] }), 'stop SYMBOL_NOT_ALLOWED'],
  ['maintenance now', account({ maintenance: 'ongoing' }), 'stop MAINTENANCE'],
  ['maintenance ahead', account({ maintenance: 'scheduled' }), 'stop MAINTENANCE'],
];

test.each(BAD)('%s is found', async (_, world, code) => {
  const { preflight } = await open(world);
  const [first] = await preflight.look(0);
  expect(`${first?.severity} ${first?.code}`).toBe(code);
});

test('leverage is set where the configuration says so, in the symbols that have another one', async () => {
  const world = { paper: { leverage: 10 }, terms: { leverage: 5, leverageAtVenue: 'set' } } as const;
  const { paper, preflight, asked } = await open(world);
  expect(await preflight.look(5_000)).toEqual([]);
  expect(paper.audit().requestsPerEndpoint['set_leverage']).toBe(SYMBOLS.length);
  // Bybit takes ten of them in a second, as of orders, and not fifty, as of reads.
  expect(asked.filter((endpoint) => endpoint === 'order')).toHaveLength(SYMBOLS.length);
  preflight.askAnew();
  expect(await preflight.look(5_000)).toEqual([]);
  // What the venue tells now is what was set, so that nothing is left to set.
  expect(paper.audit().requestsPerEndpoint['set_leverage']).toBe(SYMBOLS.length);
});

test('leverage that the venue does not take is a refusal with its reason', async () => {
  const { preflight } = await open({ terms: { leverage: 101, leverageAtVenue: 'set' } });
  const [first] = await preflight.look(0);
  expect(first).toMatchObject({ severity: 'refuse', code: 'LEVERAGE', symbols: SYMBOLS });
  expect(first?.sentence).toContain('Bybit 10001: leverage invalid');
});

test('nothing is set in an account that is refused', async () => {
  const { paper, preflight } = await open({
    ...key({ mayWithdraw: true }),
    terms: { leverage: 5, leverageAtVenue: 'set' },
  });
  await preflight.look(0);
  expect(paper.audit().requestsPerEndpoint['set_leverage']).toBeUndefined();
});

test('a wrong answer that the venue does not repeat refuses nothing', async () => {
  const { preflight } = await open({
    change: (inspector) =>
      jest.spyOn(inspector, 'account').mockResolvedValueOnce({ kind: 'classic', marginMode: 'other' }),
  });
  expect(await preflight.look(0)).toEqual([]);
});

test('what finds no room is said to be missing, stops its symbols alone, and is asked for at the next look', async () => {
  const { preflight } = await open({ questionsMax: 7 });
  const [missing] = await preflight.look(0);
  expect(missing).toMatchObject({ severity: 'stop', code: 'NOT_READ', symbols: ['ETHUSDT'] });
  expect(preflight.isComplete).toBe(false);
  expect(await preflight.look(0)).toEqual([]);
});

test('a venue that stops answering leaves standing what it told before', async () => {
  const { paper, preflight } = await open();
  await preflight.look(0);
  await paper.close();
  preflight.askAnew();
  expect(await preflight.look(0)).toEqual([]);
  expect(preflight.isComplete).toBe(false);
});

test('in hedge mode the venue refuses every order, whatever was not looked at', async () => {
  const paper = await papers.start(account({ positionMode: 'hedge' }).paper);
  const plan = { clientOrderId: 'one', symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.001' } as never;
  const { outcome } = await adapterFor(paper.url).placeOrder(plan);
  expect(outcome).toMatchObject({ kind: 'FATAL', venueCode: '10001' });
});
