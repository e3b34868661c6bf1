/** What was lost: since 00:00 UTC and from the highest, transfers taken out, and for how long nothing is entered then. */
import type { MoneyRow } from '../../../../src/domain/position/types';
import type { RiskSettings } from '../../../../src/domain/risk/types';
import { lossesOf } from '../../../../src/domain/risk/money';
import * as risk from '../../../../src/domain/risk/risk';
import { Desk, messageOf, MINUTE_MS, NOW_MS } from './desk';

const MIDNIGHT_MS = Date.UTC(2025, 0, 15);

/** With a venue's money log, which is read when the book asks for it. */
class Account extends Desk {
  log: MoneyRow[] = [];
  reads: number[] = [];

  constructor(rules: Partial<RiskSettings> = { dailyLossFraction: '0.03' }) {
    super({ risk: rules });
  }

  move(change: string, kind: MoneyRow['kind'] = Number(change) < 0 ? 'transfer_out' : 'transfer_in'): this {
    const row = { executionId: '', orderId: '', symbol: '', fee: '0', funding: '0', balance: `${this.log.length}` };
    this.log.push({ ...row, kind, change, atMs: this.nowMs });
    return this;
  }

  readIfDue(): this {
    const sinceMs = risk.moneyToRead(this.book, this.terms.risk, this.nowMs);
    if (sinceMs === undefined) return this;
    this.reads.push(sinceMs);
    const rows = this.log.filter(({ atMs }) => atMs >= sinceMs);
    const read = { sinceMs, atMs: this.nowMs };
    this.book = risk.takeMoney(this.book, rows, read, this.terms.risk, this.nowMs);
    return this;
  }

  /** A minute in which equity is reported and the log is read as often as the product may. */
  minute(equity: string): this {
    for (const second of [0, 5, 12, 30]) {
      this.nowMs += second === 0 ? 13_000 : second === 5 ? 5_000 : second === 12 ? 12_000 : 30_000;
      if (second !== 12) this.equity(equity);
      this.readIfDue();
      this.report();
    }
    return this;
  }
}

function ready(rules?: Partial<RiskSettings>): Account {
  return new Account(rules).readIfDue();
}

test('until the money log was read the day’s beginning is not known, and an entry waits', () => {
  const account = new Account();
  expect(account.enter()).toBe('RISK_UNKNOWN');
  account.readIfDue();
  expect(account.enter()).toBe('entry');
  expect(account.reads).toEqual([Date.UTC(2025, 0, 14)]);
});

test('a loss of the day that reaches the limit takes no entry until the next day, whatever is restarted', () => {
  const account = ready().minute('9701');
  expect(account.enter('A')).toBe('entry');
  account.minute('9700');
  account.carryOver();
  expect(messageOf(account.reserve(account.command('B')))).toBe(
    '300 of 10000 were lost since 00:00 UTC; the limit is 3 %. No entry is taken until 2025-01-15T00:00:00Z, or until a person resumes trading.',
  );
  account.minute('10000');
  expect(account.enter('B')).toBe('DAILY_LOSS_LIMIT');
  account.nowMs = MIDNIGHT_MS - 1_000;
  account.equity('9000');
  account.nowMs = MIDNIGHT_MS + 1_000;
  account.equity('9000');
  account.report();
  expect(account.enter('B')).toBe('entry');
});

test('a day that begins while the account runs begins with the equity of just before', () => {
  const account = ready();
  account.nowMs = MIDNIGHT_MS - 10_000;
  account.equity('8000');
  account.nowMs = MIDNIGHT_MS + 20_000;
  account.equity('7990');
  expect(account.book.money.day).toMatchObject({ dayMs: MIDNIGHT_MS, base: '8000' });
  expect(account.readIfDue().reads).toHaveLength(2);
});

test('after a long silence a day’s beginning is made of the money log', () => {
  const account = ready();
  account.nowMs = MIDNIGHT_MS + 60 * MINUTE_MS;
  account.move('-120', 'trade').move('-5', 'funding').move('1000');
  account.pass(1_000).equity('9000');
  expect(account.book.money.day).toBeUndefined();
  account.readIfDue();
  // 9000 - 1000 paid in + 125 lost were there at 00:00, and what was paid in is no profit.
  expect(account.book.money.day).toMatchObject({ base: '9125', transfers: '0' });
});

test('a withdrawal is no loss, though the balances show it before the log does', () => {
  const account = ready();
  account.pass(13_000).equity('6000');
  account.report();
  const waiting = account.reserve(account.command('A'));
  expect(messageOf(waiting)).toContain('A limit of losses seems to be reached.');
  account.readIfDue();
  account.pass(5_000).move('-4000').pass(6_000).readIfDue();
  expect(account.enter('A')).toBe('entry');
  account.minute('6000').minute('5820.01');
  expect(account.enter('B')).toBe('entry');
  account.minute('5820');
  expect(account.enter('C')).toBe('DAILY_LOSS_LIMIT');
});

test('money that is paid in hides no loss', () => {
  const account = ready().pass(1).move('5000').minute('14699');
  expect(account.enter('A')).toBe('entry');
  account.minute('14550');
  expect(account.enter('B')).toBe('DAILY_LOSS_LIMIT');
});

test('a transfer that is read again counts once, and two alike count both', () => {
  const account = ready();
  account.pass(1_000).move('-500').move('-500');
  for (let time = 0; time < 4; time += 1) account.minute('9000');
  expect(account.enter()).toBe('entry');
  expect(account.book.money.day).toMatchObject({ transfers: '-1000' });
});

test('while nothing is suspected the log is read once a minute at most, and only its end', () => {
  const account = ready();
  for (let time = 0; time < 10; time += 1) account.move('-1', 'trade').minute('10000');
  expect(account.reads.length).toBeLessThanOrEqual(12);
  expect(account.reads.at(-1)).toBeGreaterThan(account.nowMs - 5 * MINUTE_MS);
});

test('nobody reads the log where no rule needs it', () => {
  expect(ready({ total: '1' }).minute('1').reads).toEqual([]);
});

test('a fall from the highest takes no entry until a person resumes, from when on it is measured anew', () => {
  const account = ready({ drawdownFraction: '0.1' }).minute('12000').minute('10800.01');
  expect(account.enter('A')).toBe('entry');
  account.minute('10800');
  account.nowMs = MIDNIGHT_MS + NOW_MS - MIDNIGHT_MS + 3 * 86_400_000;
  account.equity('11900');
  account.report();
  expect(messageOf(account.reserve(account.command('B')))).toBe(
    'The equity fell by 1200 from its highest, 12000; the limit is 10 %. No entry is taken until a person resumes trading.',
  );
  account.book = risk.resume(account.book);
  account.pass(11_000).readIfDue().report();
  expect(account.enter('B')).toBe('entry');
  account.minute('10710');
  expect(account.enter('C')).toBe('DRAWDOWN_LIMIT');
});

test('a person who resumes on the same day allows as much again', () => {
  const account = ready().minute('9600');
  expect(account.enter('A')).toBe('DAILY_LOSS_LIMIT');
  account.book = risk.resume(account.book);
  expect(account.enter('A')).toBe('entry');
  account.minute('9320');
  expect(account.enter('B')).toBe('entry');
  account.minute('9312');
  expect(account.enter('C')).toBe('DAILY_LOSS_LIMIT');
});

test('resuming where nothing was reached changes nothing', () => {
  const account = ready();
  expect(risk.resume(account.book)).toBe(account.book);
});

test('a log with a figure that is none changes nothing', () => {
  const account = new Account().move('x', 'trade').readIfDue();
  expect(account.enter()).toBe('RISK_UNKNOWN');
});

describe('a transfer', () => {
  const BOTH = { dailyLossFraction: '0.03', drawdownFraction: '0.1' };
  const MOVES: readonly string[] = ['2000', '-2000'];

  test.each(MOVES)('of %s that the balances show first is no fall from the highest', (change) => {
    const account = ready(BOTH).pass(3_000).move(change).pass(3_000);
    const told = account.log.splice(0);
    account.equity(String(10_000 + Number(change)));
    account.log.push(...told);
    for (let time = 0; time < 6; time += 1) account.minute(String(10_000 + Number(change)));
    expect(account.enter()).toBe('entry');
    expect(lossesOf(account.book.money, account.nowMs).ofPeak?.of.toFixed()).toBe(String(10_000 + Number(change)));
  });

  test.each(MOVES)('of %s that the log tells first is no loss, however late the balances show it', (change) => {
    const account = ready(BOTH).minute('10000').pass(3_000).move(change);
    for (let time = 0; time < 10; time += 1) account.pass(12_000).readIfDue();
    expect(account.book.money).not.toHaveProperty('fall');
    expect(account.book.money).not.toHaveProperty('dayLoss');
    account.minute(String(10_000 + Number(change)));
    expect(account.enter()).toBe('entry');
  });

  test('that comes with a loss keeps entries waiting until the log was read, and then the loss counts', () => {
    const account = ready({ dailyLossFraction: '0.03' }).minute('10000').pass(3_000).move('5000').pass(3_000);
    const told = account.log.splice(0);
    account.equity('14500');
    account.report();
    expect(messageOf(account.reserve(account.command('A')))).toContain('a transfer may hide a loss');
    account.pass(5_000).equity('14500');
    account.report();
    expect(account.enter('B')).toBe('RISK_UNKNOWN');
    account.log.push(...told);
    account.minute('14500').minute('14500');
    expect(account.enter('C')).toBe('DAILY_LOSS_LIMIT');
  });

  test('that was none lets entries on once the log was read', () => {
    const rich = ready(BOTH).minute('10000').pass(3_000);
    rich.equity('10900');
    rich.report();
    expect(rich.enter('A')).toBe('RISK_UNKNOWN');
    rich.pass(11_000).readIfDue().report();
    expect(rich.enter('B')).toBe('entry');
  });

  test('of just before a person resumes is told afterwards, and changes neither highest nor day', () => {
    const account = ready(BOTH).minute('8900');
    expect(account.enter('A')).toBe('DAILY_LOSS_LIMIT');
    account.pass(3_000).move('1000').pass(3_000);
    const told = account.log.splice(0);
    account.equity('9900');
    account.book = risk.resume(account.book);
    account.log.push(...told);
    for (let time = 0; time < 4; time += 1) account.minute('9900');
    expect(account.enter('B')).toBe('entry');
    const { ofDay, ofPeak } = lossesOf(account.book.money, account.nowMs);
    expect([ofDay?.lost.toFixed(), ofPeak?.lost.toFixed()]).toEqual(['0', '0']);
  });

  test('that the log told before the balances is in what a resumed day begins with', () => {
    const account = ready({ dailyLossFraction: '0.03' }).minute('9600');
    account.pass(3_000).move('1000').pass(61_000).readIfDue();
    account.book = risk.resume(account.book);
    account.minute('10600').minute('10600');
    expect(lossesOf(account.book.money, account.nowMs).ofDay?.lost.toFixed()).toBe('0');
  });

  test('of while no rule asked for losses is none once one does', () => {
    const account = new Account({}).minute('10000').move('-5000').minute('5000');
    const limits = { ...account.terms.risk, drawdownFraction: '0.1' };
    account.book = risk.takeEquity(
      account.book,
      { asset: 'USDT', amount: '5000', asOfMs: account.nowMs },
      limits,
      account.nowMs,
    );
    expect(lossesOf(account.book.money, account.nowMs).ofPeak?.lost.toFixed()).toBe('0');
  });
});
