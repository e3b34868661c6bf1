/** Whatever fills a position: adds, partial exits, funding, and others who turn it round. */
import fc from 'fast-check';
import { Decimal } from 'decimal.js';
import { jsonBytes } from '../../src/domain/plain-values';
import { closedTradeOf, estimatedTradeOf, type ClosingEvidence } from '../../src/domain/position/booking';
import { TRADE_BYTES_MAX, type ClosedTrade, type Execution, type MoneyRow } from '../../src/domain/position/types';
import { EpisodeWorld, SYMBOL, worldEvents, type TrueEpisode } from './episode-world';
import { RUNS } from './scale';

/** Each is a world of many positions. */
const SEQUENCES = Math.ceil(RUNS / 5);

const NOTHING_ELSE = { exits: [], openers: [], exitRounds: 0, unprotectedMs: 0, marks: [] };

function evidenceOf(
  { side, openedAtMs }: TrueEpisode,
  executions: readonly Execution[],
  moneyRows: readonly MoneyRow[],
): ClosingEvidence {
  return { symbol: SYMBOL, side, openedAtMs, executions, moneyRows, ...NOTHING_ELSE };
}

function tradesOf({ episodes, executions, rows }: EpisodeWorld): readonly (ClosedTrade | undefined)[] {
  return episodes.map((episode) => closedTradeOf(evidenceOf(episode, executions, rows)));
}

function sum(texts: readonly string[]): string {
  return texts.reduce((total, text) => total.plus(text), new Decimal(0)).toFixed();
}

test('the nets of all positions are the sum of the money log, to the last digit', () => {
  fc.assert(
    fc.property(worldEvents, (events) => {
      const world = new EpisodeWorld(events, true);
      const trades = tradesOf(world);
      expect(trades.every((trade) => trade?.isProven)).toBe(true);
      expect(sum(trades.map((trade) => trade!.net))).toBe(sum(world.rows.map(({ change }) => change)));
      expect(sum(trades.map((trade) => trade!.fees))).toBe(sum(world.rows.map(({ fee }) => fee)));
      expect(sum(trades.map((trade) => trade!.funding))).toBe(sum(world.rows.map(({ funding }) => funding)));
    }),
    { numRuns: SEQUENCES },
  );
});

test('a position is booked where it was closed, with its times, its largest size and both its values', () => {
  fc.assert(
    fc.property(worldEvents, (events) => {
      const world = new EpisodeWorld(events);
      tradesOf(world).forEach((trade, index) => {
        const { side, openedAtMs, closedAtMs, sizeMax, bought, sold } = world.episodes[index]!;
        if (closedAtMs === undefined) return expect(trade).toBeUndefined();
        expect(trade).toMatchObject({ side, openedAtMs, closedAtMs, quantity: sizeMax.toFixed() });
        const { net, gross, fees, funding, entryPrice, exitPrice } = trade!;
        expect(new Decimal(gross).minus(fees).plus(funding).toFixed()).toBe(new Decimal(net).toFixed());
        // Without knowing the quantity: what was paid over what was received is the ratio of the averages.
        const [entry, exit] = side === 'LONG' ? [bought, sold] : [sold, bought];
        expect(
          new Decimal(entryPrice).times(exit).minus(new Decimal(exitPrice).times(entry)).abs().toNumber(),
        ).toBeLessThan(1e-6);
      });
    }),
    { numRuns: SEQUENCES },
  );
});

test('the order and the number of times in which the venue tells it change nothing', () => {
  fc.assert(
    fc.property(worldEvents, fc.integer({ min: 0, max: 1_000 }), (events, seed) => {
      const world = new EpisodeWorld(events);
      const shuffled = <Item>(items: readonly Item[]): readonly Item[] =>
        [...items, ...items]
          .map((item, index) => [item, (index * 7919 + seed) % 101] as const)
          .toSorted(([, one], [, other]) => one - other)
          .map(([item]) => item);
      const [executions, rows] = [shuffled(world.executions), shuffled(world.rows)];
      const told = world.episodes.map((episode) => closedTradeOf(evidenceOf(episode, executions, rows)));
      expect(told).toEqual(tradesOf(world));
    }),
    { numRuns: SEQUENCES },
  );
});

test('a log that lacks any one row proves nothing of its position, and all of the others', () => {
  fc.assert(
    fc.property(worldEvents, fc.nat(), (events, pick) => {
      const world = new EpisodeWorld(events, true);
      fc.pre(world.rows.length > 0);
      const missing = world.rows[pick % world.rows.length]!;
      const rows = world.rows.filter((row) => row !== missing);
      world.episodes.forEach((episode) => {
        const trade = closedTradeOf(evidenceOf(episode, world.executions, rows));
        const isTouched = missing.atMs >= episode.openedAtMs && missing.atMs <= episode.closedAtMs!;
        // What is paid at the instant of an opening is none of its own.
        expect(trade).toMatchObject({ isProven: !isTouched, marks: isTouched ? ['estimated'] : [] });
      });
    }),
    { numRuns: SEQUENCES },
  );
});

test('without the log the executions say the same, but for the venue’s own rounding', () => {
  fc.assert(
    fc.property(worldEvents, (events) => {
      const world = new EpisodeWorld(events);
      for (const episode of world.episodes.filter(({ closedAtMs }) => closedAtMs !== undefined)) {
        const estimated = closedTradeOf(evidenceOf(episode, world.executions, []))!;
        const proven = closedTradeOf(evidenceOf(episode, world.executions, world.rows))!;
        expect(estimated.isProven).toBe(false);
        expect(new Decimal(estimated.net).minus(proven.net).abs().toNumber()).toBeLessThan(1e-6);
      }
    }),
    { numRuns: SEQUENCES },
  );
});

test('a trade with everything at its longest stays within its bound', () => {
  const long = `${'9'.repeat(20)}.${'9'.repeat(18)}`;
  const episode: TrueEpisode = { side: 'SHORT', openedAtMs: 8.64e15 } as TrueEpisode;
  const openers = Array.from({ length: 200 }, (_, index) => ({
    fingerprint: `${index}`.padStart(16, 'f'),
    clientOrderId: `of${'f'.repeat(30)}`,
    strategy: '\uffff'.repeat(64),
    quantity: long,
  }));
  const evidence: ClosingEvidence = {
    ...evidenceOf(episode, [], []),
    symbol: 'X'.repeat(30),
    openers,
    exitRounds: Number.MAX_SAFE_INTEGER,
    unprotectedMs: Number.MAX_SAFE_INTEGER,
    marks: ['foreign', 'mixed', 'reduced', 'estimated'],
  };
  const seen = { entryPrice: long, markPrice: '0.000000000000000001', quantity: long, flatAtMs: 8.64e15 };
  expect(jsonBytes(estimatedTradeOf(evidence, seen))).toBeLessThanOrEqual(TRADE_BYTES_MAX);
});
