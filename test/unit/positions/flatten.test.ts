import type { CloseCommand, PositionView } from '../../../src/messages/position';
import { closeAll } from '../../../src/positions/flatten';
import { aPositionView, aTrade } from './samples';

function positionsWith(ends: Readonly<Record<string, 'closes' | 'stays' | 'refuses' | 'is gone' | 'is silent'>>) {
  const told: string[] = [];
  const booked = (symbol: string): PositionView =>
    aPositionView({ symbol, state: 'BOOKED', trade: aTrade({ symbol }) });
  return {
    told,
    list: async () => Object.keys(ends).map((symbol) => ({ symbol, view: aPositionView({ symbol }) })),
    async close(symbol: string, { words }: CloseCommand) {
      told.push(`${symbol}: ${words}`);
      if (ends[symbol] === 'is silent') throw new Error('nobody answers');
      if (ends[symbol] === 'is gone') return undefined;
      return ends[symbol] === 'refuses'
        ? { accepted: false, message: 'Trading is halted.' }
        : { accepted: true, message: 'An exit is on its way.' };
    },
    show: async (symbol: string) =>
      ends[symbol] === 'closes' || ends[symbol] === 'is gone' ? booked(symbol) : aPositionView({ symbol }),
  };
}

const FLATTEN = { words: 'going out', reason: 'OPERATOR', waitMaxMs: 0 } as const;

test('every open position is told to close, with the words of who asked', async () => {
  const positions = positionsWith({ BTCUSDT: 'closes', ETHUSDT: 'closes' });
  const closings = await closeAll(positions, FLATTEN);
  expect(positions.told).toEqual(['BTCUSDT: going out', 'ETHUSDT: going out']);
  expect(closings.map(({ ended }) => ended?.state)).toEqual(['BOOKED', 'BOOKED']);
});

const WAITING = { ...FLATTEN, waitMaxMs: 1 } as const;

test('one that refuses, one that stays open and one that is silent are told apart, and hold up no other', async () => {
  const closings = await closeAll(
    positionsWith({ A1: 'refuses', B1: 'stays', C1: 'is silent', D1: 'closes' }),
    WAITING,
  );
  expect(closings).toMatchObject([
    { symbol: 'A1', reply: { accepted: false } },
    { symbol: 'B1', problem: 'Its end was not seen yet.' },
    { symbol: 'C1', problem: 'nobody answers' },
    { symbol: 'D1', ended: { state: 'BOOKED' } },
  ]);
  expect(closings[0]).not.toHaveProperty('ended');
});

test('where nobody waits, an end that is not seen is no problem', async () => {
  const [closing] = await closeAll(positionsWith({ BTCUSDT: 'stays' }), FLATTEN);
  expect(closing).toEqual({ symbol: 'BTCUSDT', reply: { accepted: true, message: 'An exit is on its way.' } });
});

test('one that ended before it was told counts as ended', async () => {
  const [closing] = await closeAll(positionsWith({ BTCUSDT: 'is gone' }), FLATTEN);
  expect(closing).toMatchObject({ symbol: 'BTCUSDT', ended: { state: 'BOOKED' } });
});

test.each(['FLAT', 'BOOKED'] as const)(
  'one that refuses because it is closed already (%s) counts as ended',
  async (state) => {
    const view = aPositionView({ state, row: undefined });
    const positions = { ...positionsWith({ BTCUSDT: 'refuses' }), show: async () => view };
    expect(await closeAll(positions, WAITING)).toMatchObject([{ symbol: 'BTCUSDT', ended: { state } }]);
  },
);

test('one that is flat and not booked yet at the deadline counts as ended', async () => {
  const positions = { ...positionsWith({ BTCUSDT: 'closes' }), show: async () => aPositionView({ state: 'FLAT' }) };
  const [closing] = await closeAll(positions, WAITING);
  expect(closing).toMatchObject({ ended: { state: 'FLAT' } });
  expect(closing).not.toHaveProperty('problem');
});

test('one that the venue has not shown yet is told again once it is shown', async () => {
  const views = [aPositionView({ state: 'OPENING' }), aPositionView({ state: 'BOOKED', trade: aTrade() })];
  const replies = [
    { accepted: false, message: 'The venue has not shown a position yet.' },
    { accepted: true, message: 'It will be closed.' },
  ];
  const positions = {
    ...positionsWith({ BTCUSDT: 'closes' }),
    close: async () => replies.shift(),
    show: async () => views.shift(),
  };
  const [closing] = await closeAll(positions, { ...FLATTEN, waitMaxMs: 5_000 });
  expect(closing).toMatchObject({ reply: { accepted: true }, ended: { state: 'BOOKED' } });
});
