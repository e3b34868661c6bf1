import { clientOrderIdOf, contentHashOf, fingerprintOf } from '../../../src/intake/fingerprint';
import { createSignalCheck } from '../../../src/intake/genuine-signal';
import { CLOSE_REASONS } from '../../../src/domain/position/types';
import { EXIT_REASON_MEMO } from '../../../src/messages/signal';
import { ExitMaker, type ExitOrder } from '../../../src/trading/position-exits';
import { VenueError } from '../../../src/venues/venue';

const OURS = { environment: 'paper', venue: 'bybit' } as const;
const MADE_AT_MS = 1_700_000_000_000;
const ORDER: ExitOrder = {
  ...OURS,
  symbol: 'BTCUSDT',
  side: 'LONG',
  quantity: '0.50',
  openedAtMs: MADE_AT_MS - 3_600_000,
  round: 1,
  timestampMs: MADE_AT_MS,
  reason: 'TIME_LIMIT',
};

function makerWith(market: () => Promise<unknown> = async () => ({ quantityMax: '100' })): ExitMaker {
  return new ExitMaker({ market: market as never }, { fingerprintOf, contentHashOf, clientOrderIdOf });
}

test.each([
  ['LONG', 'SELL'],
  ['SHORT', 'BUY'],
] as const)('a %s position is closed by a %s that opens nothing', async (side, direction) => {
  const { input } = await makerWith().make({ ...ORDER, side });
  expect(input.signal).toMatchObject({ direction, intent: 'exit', amount: '0.5', timestampMs: MADE_AT_MS });
});

test('an exit is genuine as it is made, whatever the reason and however the venue spells its size', async () => {
  for (const [index, quantity] of ['1', '1.0', '0.000100', '1000000.5'].entries()) {
    for (const reason of CLOSE_REASONS) {
      const { input } = await makerWith().make({ ...ORDER, quantity, reason, round: index + 1 });
      const { fingerprint, clientOrderId, signal } = input;
      const origin = {
        workflowId: fingerprint,
        workflowType: 'signal',
        firstRunId: 'r',
        startedAtMs: MADE_AT_MS,
        foreign: [],
        parent: { workflowId: 'position:bybit:BTCUSDT', runId: 'p' },
      };
      expect(createSignalCheck(300_000)({ ...OURS, fingerprint, clientOrderId, signal, origin })).toBeUndefined();
    }
  }
});

test('the same order makes the same exit, and another round, position or minute another one', async () => {
  const idOf = async (change: Partial<ExitOrder>) =>
    (await makerWith().make({ ...ORDER, ...change })).input.fingerprint;
  const ids = await Promise.all([
    idOf({}),
    idOf({ round: 2 }),
    idOf({ openedAtMs: ORDER.openedAtMs + 1 }),
    idOf({ symbol: 'ETHUSDT' }),
    idOf({ timestampMs: MADE_AT_MS + 60_000 }),
  ]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(await idOf({ reason: 'OPERATOR', quantity: '0.2' })).toBe(ids[0]);
});

test('what intake keeps of a signal goes along: its content, and why it was made', async () => {
  const { input, memo, summary } = await makerWith().make(ORDER);
  expect(memo).toMatchObject({ contentHash: contentHashOf(input.signal), [EXIT_REASON_MEMO]: 'TIME_LIMIT' });
  expect(input.exitReason).toBe('TIME_LIMIT');
  expect(summary).toBe('SELL BTCUSDT · exit 1: time limit');
});

test.each([
  ['as large as the largest market order', '100', '100'],
  ['larger', '100.001', '100'],
  ['smaller', '99.9', '99.9'],
])('an exit %s has the size of at most that order', async (_what, quantity, amount) => {
  expect((await makerWith().make({ ...ORDER, quantity })).input.signal.amount).toBe(amount);
});

test.each([
  ['does not answer', () => Promise.reject(new VenueError({ kind: 'NOT_PLACED', message: 'Busy.' }))],
  ['does not know the symbol', async () => undefined],
  ['names no largest order', async () => ({})],
  ['names one of zero', async () => ({ quantityMax: '0' })],
])('an exit is made whole where the venue %s', async (_what, market) => {
  expect((await makerWith(market).make({ ...ORDER, quantity: '7' })).input.signal.amount).toBe('7');
});

test.each(['', '0', '0.0', '-1', '1e3', 'all'])(
  'nothing is made of the size %j, and no repetition helps',
  async (quantity) => {
    await expect(makerWith().make({ ...ORDER, quantity })).rejects.toMatchObject({
      type: 'INVALID_EXIT',
      nonRetryable: true,
    });
  },
);
