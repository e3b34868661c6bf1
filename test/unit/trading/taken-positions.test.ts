import type { ClosedTrade } from '../../../src/domain/position/types';
import { TakenPositions } from '../../../src/trading/taken-positions';

const TRADE = {
  symbol: 'ETHUSDT',
  side: 'LONG',
  quantity: '0.91',
  reason: 'LIQUIDATION',
  net: '-19.75',
  closedAtMs: Date.UTC(2026, 0, 2, 12),
} as ClosedTrade;

function told(...trades: readonly Partial<ClosedTrade>[]): readonly string[] {
  const sentences: string[] = [];
  const taken = new TakenPositions({ happened: (code, sentence) => sentences.push(`${code}: ${sentence}`) });
  for (const trade of trades) taken.booked({ ...TRADE, ...trade });
  return sentences;
}

test('what the exchange closed by force is told, with what it cost', () => {
  expect(told({})).toEqual([
    'POSITION_TAKEN ETHUSDT: ETHUSDT LONG 0.91 was closed by liquidation at 2026-01-02T12:00:00Z, net -19.75.',
  ]);
});

test.each(['ADL', 'SETTLED', 'MARGIN_RATE'] as const)('so is what ended by %s', (reason) => {
  expect(told({ reason })).toHaveLength(1);
});

test.each(['STOP_LOSS', 'MANUAL', 'EXTERNAL', 'OPERATOR', 'EMERGENCY'] as const)(
  'what ended by %s is not',
  (reason) => {
    expect(told({ reason })).toEqual([]);
  },
);

test('several at once are told one by one', () => {
  expect(told({ symbol: 'AUSDT' }, { symbol: 'BUSDT' }).map((text) => text.slice(0, 20))).toEqual([
    'POSITION_TAKEN AUSDT',
    'POSITION_TAKEN BUSDT',
  ]);
});
