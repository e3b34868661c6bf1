/** Entries that are cancelled by rule: which, by whom, and what is said of them. */
import type { CancelOrigin } from '../../../src/messages/signal';
import { EntryCanceller } from '../../../src/intake/entry-canceller';
import { onPaper } from '../../support/account-commands';

const ENDED = { effect: 'ended', outcome: 'CANCELLED', message: 'It is cancelled.' } as const;
const CANCELLING = { effect: 'cancelling', message: 'It is being cancelled.' } as const;

function pending(id: string, symbol: string, intent: 'entry' | 'exit' = 'entry', createdAtMs = 1) {
  return { id, intent, createdAtMs, metadata: { symbol, direction: 'BUY', quantity: '1' } };
}

const RESERVATIONS = [
  pending('one', 'BTCUSDT'),
  pending('an-exit', 'BTCUSDT', 'exit'),
  pending('other', 'ETHUSDT'),
  pending('stuck', 'BTCUSDT'),
];

function cancellerOf(reservations: readonly object[]) {
  const told: (readonly [fingerprint: string, reason: string, origin: CancelOrigin])[] = [];
  const account = { query: async () => reservations };
  const client = {
    workflow: { getHandle: () => account },
    withDeadline: <Result>(_untilMs: number, call: () => Promise<Result>) => call(),
  };
  const signals = {
    cancel: async (fingerprint: string, reason: string, origin: CancelOrigin) => {
      told.push([fingerprint, reason, origin]);
      return fingerprint === 'stuck' ? CANCELLING : ENDED;
    },
    show: async () => undefined,
  };
  return { told, canceller: new EntryCanceller(client as never, onPaper('bybit'), signals, 0) };
}

test('entries of the symbol are told to cancel by rule, exits and other symbols are not', async () => {
  const { told, canceller } = cancellerOf(RESERVATIONS);
  expect(await canceller.cancel({ symbol: 'BTCUSDT' }, 'it is closed')).toEqual({ ended: 1, left: ['stuck'] });
  const [reason, origin] = ['it is closed', { by: 'rule' }];
  expect(told).toEqual(['one', 'stuck'].map((fingerprint) => [fingerprint, reason, origin]));
});

test('without a symbol all entries are, and no exit', async () => {
  const { told, canceller } = cancellerOf(RESERVATIONS);
  await canceller.cancel({}, 'too much is lost');
  expect(told.map(([fingerprint]) => fingerprint)).toEqual(['one', 'other', 'stuck']);
});

test('where none is pending there is nothing to say', async () => {
  const { told, canceller } = cancellerOf([pending('an-exit', 'BTCUSDT', 'exit')]);
  expect(await canceller.cancel({ symbol: 'BTCUSDT' }, 'it is closed')).toBeUndefined();
  expect(told).toEqual([]);
});

test('one that was reserved later is meant to follow, and stays', async () => {
  const { told, canceller } = cancellerOf([pending('before', 'BTCUSDT'), pending('after', 'BTCUSDT', 'entry', 3)]);
  expect(await canceller.cancel({ symbol: 'BTCUSDT', beforeMs: 2 }, 'it is closed')).toEqual({ ended: 1, left: [] });
  expect(told.map(([fingerprint]) => fingerprint)).toEqual(['before']);
});
