import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal } from '../../../src/paper-venue/book/journal';
import type { Transaction } from '../../../src/paper-venue/book/records';

let stateDir: string;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'paper-journal-'));
});

afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

function read(): Transaction[] {
  const transactions: Transaction[] = [];
  new Journal(stateDir).replay((transaction) => transactions.push(transaction));
  return transactions;
}

test('a journal of several megabytes reads back line by line, in order', () => {
  const written = Array.from({ length: 3_000 }, (_, index) => ({ walletBalance: `${index}.${'1'.repeat(900)}` }));
  const journal = new Journal(stateDir);
  journal.compact(written.slice(0, 1_000));
  for (const transaction of written.slice(1_000)) journal.append(transaction);
  journal.close();
  expect(read()).toEqual(written);
});

test('compacting replaces all that was there, a leftover of an interrupted one included', () => {
  const journal = new Journal(stateDir);
  journal.compact([{ walletBalance: '1' }, { walletBalance: '2' }]);
  journal.close();
  journal.compact([{ walletBalance: '3' }]);
  journal.append({ walletBalance: '4' });
  journal.close();
  expect(read()).toEqual([{ walletBalance: '3' }, { walletBalance: '4' }]);
});

test('a journal that cannot be rewritten stays as it was, and one sentence names it', () => {
  const journal = new Journal(stateDir);
  journal.compact([{ walletBalance: '1' }]);
  journal.close();
  const refused = function* (): Generator<Transaction> {
    yield { walletBalance: '2' };
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
  };
  expect(() => journal.compact(refused())).toThrow(
    expect.objectContaining({
      name: 'JournalError',
      message: expect.stringMatching(/journal\.jsonl cannot be written: the disk is full/),
    }),
  );
  expect(readdirSync(stateDir)).toEqual(['journal.jsonl']);
  expect(read()).toEqual([{ walletBalance: '1' }]);
});

test('nothing is appended to a journal that is closed', () => {
  const journal = new Journal(stateDir);
  journal.compact([]);
  journal.close();
  expect(() => journal.append({ walletBalance: '1' })).toThrow('not open');
});
