import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExactDecimal } from '../../../src/domain/decimal';
import { FundingRates } from '../../../src/paper-venue/funding/funding-rates';
import { Account } from './support/account';

const HOUR_MS = 3_600_000;
const FUNDING = { isOn: true, intervalMinutes: 480 };
const rates = new FundingRates(1, FUNDING);

let stateDir: string;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'paper-funding-'));
});

afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const open = (): Account => new Account(stateDir, '100000', { funding: FUNDING });
const payments = ({ book }: Account) => [...book.orders.executions()].filter(({ kind }) => kind === 'Funding');

describe('rates', () => {
  test('repeat for a seed, and differ from symbol to symbol and from time to time', () => {
    const at = (symbol: string, hours: number): string => rates.rateAt(symbol, hours * HOUR_MS);
    expect(at('BTCUSDT', 8)).toBe(new FundingRates(1, FUNDING).rateAt('BTCUSDT', 8 * HOUR_MS));
    const drawn = [
      at('BTCUSDT', 8),
      at('BTCUSDT', 16),
      at('ETHUSDT', 8),
      new FundingRates(2, FUNDING).rateAt('BTCUSDT', 8 * HOUR_MS),
    ];
    expect(new Set(drawn).size).toBe(4);
    expect(drawn.every((rate) => Math.abs(Number(rate)) <= 0.00375)).toBe(true);
  });

  test('are due at 00:00, 08:00 and 16:00 UTC', () => {
    const midnight = Date.UTC(2026, 0, 5);
    expect(rates.nextAfter(midnight)).toBe(midnight + 8 * HOUR_MS);
    expect(rates.nextAfter(midnight - 1)).toBe(midnight);
    expect(rates.lastUntil(midnight)).toBe(midnight);
  });

  test('are zero where there is no funding', () => {
    expect(new FundingRates(1, { ...FUNDING, isOn: false }).rateAt('BTCUSDT', 0)).toBe('0');
  });
});

test.each([
  ['Buy', '0.001', '50'],
  ['Buy', '-0.001', '-50'],
  ['Sell', '0.001', '-50'],
  ['Sell', '-0.001', '50'],
])('who is on the side %s pays at a rate of %s: %s', (side, rate, paid) => {
  const account = open();
  account.engine.place(account.order({ side, qty: '1' }));
  const before = account.book.walletBalance.total;
  const [payment] = account.keeper.funding.payNow(account.nowMs, rate);
  expect(payment).toMatchObject({
    side,
    fee: paid,
    quantity: '1',
    value: '50000',
    closedQuantity: '0',
    clientOrderId: '',
  });
  expect(before.minus(account.book.walletBalance.total).toFixed()).toBe(paid);
  const funding = new ExactDecimal(paid).neg().toFixed();
  expect(account.book.ledgers.money.oldestFirst().at(-1)).toMatchObject({
    type: 'SETTLEMENT',
    funding,
    change: funding,
    fee: '0',
    cashFlow: '0',
    executionId: payment!.executionId,
  });
});

test('a payment is made once when it is due, also where the venue was down, and never again after a restart', () => {
  const account = open();
  account.waitMs(1);
  account.engine.place(account.order({ qty: '1' }));
  const dueMs = rates.nextAfter(account.nowMs);
  account.waitMs(dueMs - account.nowMs - 1);
  expect(payments(account)).toEqual([]);
  account.waitMs(1);
  account.waitMs(1_000);
  expect(payments(account).map(({ atMs }) => atMs)).toEqual([dueMs]);
  const restarted = open();
  restarted.sleepUntil(dueMs + 17 * HOUR_MS);
  restarted.keeper.beat();
  restarted.keeper.beat();
  expect(payments(restarted).map(({ atMs }) => atMs)).toEqual([16, 8, 0].map((hours) => dueMs + hours * HOUR_MS));
});

test('a position that its stop closed while the venue was down pays what was due before that, and no more', () => {
  const account = open();
  account.waitMs(1);
  account.engine.place(account.order({ qty: '1', stopLoss: '45000.0' }));
  const [first, second] = [rates.nextAfter(account.nowMs), rates.nextAfter(account.nowMs) + 8 * HOUR_MS];
  account.waitMs(first - 1 - account.nowMs);
  // The price falls after the first payment is due, and all of it is found later.
  account.market.setPrice(50_000);
  account.sleepUntil(first + 60_000);
  account.keeper.beat();
  account.market.setPrice(44_000);
  account.sleepUntil(second + HOUR_MS);
  account.keeper.beat();
  expect(account.book.position('BTCUSDT').size).toBe('0');
  expect(payments(account).map(({ atMs }) => atMs)).toEqual([first]);
});

test('nothing is paid for the time before a position was opened', () => {
  const account = open();
  account.waitMs(3 * 24 * HOUR_MS);
  account.engine.place(account.order({ qty: '1' }));
  account.waitMs(1);
  expect(payments(account)).toEqual([]);
});

test('nothing is paid while funding is off, or nothing is open', () => {
  const off = new Account(stateDir, '100000');
  off.engine.place(off.order({ qty: '1' }));
  off.waitMs(24 * HOUR_MS);
  expect(payments(off)).toEqual([]);
  off.engine.place(off.order({ side: 'Sell', qty: '1' }));
  expect(off.keeper.funding.payNow(off.nowMs, '0.001')).toEqual([]);
});
