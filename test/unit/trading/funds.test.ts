/** What the ledger's answers mean for a signal: above all, that nothing is sent by a plan that is not the reservation's. */
import { isPassing, type Denial } from '../../../src/domain/denial';
import { applySnapshot } from '../../../src/domain/ledger/ledger';
import type { AccountRequester } from '../../../src/trading/venue-account-client';
import { Funds } from '../../../src/trading/funds';
import { Account, FILLED, INPUT, NOW_MS, PLAN, roadWith, TERMS, VENUE } from './fixtures/short-road';

beforeEach(() => jest.useFakeTimers({ now: NOW_MS }));
afterEach(() => jest.useRealTimers());

const RESERVE = { ...INPUT, intent: INPUT.signal.intent, tradeRound: 1, expiresAtMs: TERMS.expiresAtMs };
const FILL = { fingerprint: INPUT.fingerprint, venue: VENUE, plan: PLAN, order: FILLED, leverage: 1 };
/** What a look-up needs, and no price, no funds. */
const LOOK_UP_PLAN = { clientOrderId: INPUT.clientOrderId, symbol: 'BTCUSDT', asset: '', reserveAmount: '0' };
const BOOKED_BEFORE = { status: 'reserved', earlierAttempt: 'placed', lookUpOnly: true, plan: LOOK_UP_PLAN };

function fundsThat(answer: object): { funds: Funds; request: jest.Mock } {
  const request = jest.fn(async () => answer);
  return { funds: new Funds({ request } as unknown as AccountRequester), request };
}

test('a signal whose order was booked, and whose plan is forgotten, may only look it up', async () => {
  const { funds } = fundsThat({ status: 'ended', how: 'committed' });
  expect(await funds.reserve(RESERVE, PLAN)).toMatchObject(BOOKED_BEFORE);
  expect(await funds.bar(INPUT)).toMatchObject(BOOKED_BEFORE);
});

test('the short road sends nothing for it', async () => {
  const account = new Account('1000');
  const { road, send } = roadWith(account);
  const request = account.request.bind(account);
  account.request = async (venue, kind, command) =>
    kind === 'reserve' ? ({ status: 'ended', how: 'committed' } as never) : request(venue, kind, command);
  expect(await road.tradeAtOnce(INPUT)).toMatchObject(BOOKED_BEFORE);
  expect(send).not.toHaveBeenCalled();
});

test.each([
  ['committed', 'booked'],
  ['released', 'refused'],
] as const)('a fill of a reservation that was %s long ago is %s', async (how, status) => {
  const { funds } = fundsThat({ status: 'ended_before', how });
  expect(await funds.book(FILL)).toMatchObject({ status });
});

test.each<[Denial['code'], string]>([
  ['NO_BALANCE_KNOWN', 'retry'],
  ['BALANCES_OUTDATED', 'retry'],
  ['INSUFFICIENT_FUNDS', 'denied'],
  ['SIGNAL_EXPIRED', 'denied'],
  ['SIGNAL_ENDED', 'denied'],
  ['TOO_MANY_RESERVATIONS', 'denied'],
])('the refusal %s is a reason for: %s', async (code, status) => {
  const denial = { code, message: 'why' };
  const { funds } = fundsThat({ status: 'denied', denial });
  expect(await funds.reserve(RESERVE, PLAN)).toMatchObject({ status });
  expect(isPassing(denial)).toBe(status === 'retry');
});

test('the ledger is told until when a signal that is barred could have reserved', async () => {
  const { funds, request } = fundsThat({ status: 'withdrawn' });
  await funds.bar({ ...INPUT, expiresAtMs: TERMS.expiresAtMs });
  expect(request).toHaveBeenCalledWith(
    VENUE,
    'withdraw',
    expect.objectContaining({ reservationId: INPUT.fingerprint, expiresAtMs: TERMS.expiresAtMs }),
  );
});

test('a signal that is barred is barred until the end of its time to live, as configured here', async () => {
  const account = new Account('1000');
  const { road } = roadWith(account);
  await road.withdraw(INPUT);
  const [batch] = account.ledger.endedIds;
  expect(batch?.untilMs).toBeGreaterThan(TERMS.expiresAtMs);
  expect(batch?.untilMs).toBeLessThan(TERMS.expiresAtMs + 180_000);
});

test('a signal that asks for funds after its time to live gets none', async () => {
  const account = new Account('1000');
  const { road, send } = roadWith(account, 'PLACED', FILLED, { ...TERMS, expiresAtMs: NOW_MS - 1 });
  expect(await road.tradeAtOnce(INPUT)).toMatchObject({ status: 'denied', denial: { code: 'SIGNAL_EXPIRED' } });
  expect(send).not.toHaveBeenCalled();
});

describe('a plan that may close a position', () => {
  const CLOSING = { ...PLAN, closingAmount: '0.4' };

  test('tells the ledger apart what it needs for that, and is kept without it', async () => {
    const { funds, request } = fundsThat({ status: 'denied', denial: { code: 'INSUFFICIENT_FUNDS', message: 'No.' } });
    await funds.reserve(RESERVE, CLOSING);
    const [, , command] = request.mock.calls[0] as [string, string, { closingAmount?: string; metadata: object }];
    expect(command).toMatchObject({ amount: PLAN.reserveAmount, closingAmount: '0.4' });
    const { asset: _asset, reserveAmount: _amount, ...kept } = PLAN;
    expect(command.metadata).toEqual(kept);
  });

  test('is sent and booked as the ledger holds it', async () => {
    const held = {
      id: INPUT.fingerprint,
      asset: PLAN.asset,
      status: 'pending',
      amount: '0.4',
      metadata: { ...PLAN, offsetQuantity: '0.01' },
    };
    const { funds } = fundsThat({ status: 'reserved', isNew: true, reservation: held });
    expect(await funds.reserve(RESERVE, CLOSING)).toMatchObject({
      earlierAttempt: 'none',
      plan: { ...PLAN, reserveAmount: '0.4', offsetQuantity: '0.01' },
    });
  });

  test('is found again whatever of it the ledger set off', async () => {
    const account = new Account('0');
    const funds = new Funds(account);
    const positions = { asOfMs: NOW_MS, bySymbol: { BTCUSDT: { direction: 'SELL', quantity: '1' } } } as const;
    const figures = { total: '1', available: '1', locked: '0' };
    const report = { asOfMs: NOW_MS, assets: { USDT: figures }, positions };
    account.ledger = applySnapshot(account.ledger, report, NOW_MS).state;
    const first = await funds.reserve(RESERVE, CLOSING);
    const again = await funds.reserve({ ...RESERVE, tradeRound: 2 }, { ...CLOSING, reserveAmount: '601' });
    expect(first).toMatchObject({ earlierAttempt: 'none', plan: { reserveAmount: '0.4', offsetQuantity: '0.01' } });
    expect(again).toEqual({ ...first, earlierAttempt: 'possible', authorizedAtMs: undefined });
  });
});
