/** Entries in bursts, and a stop between them: each position of ours ends named and protected, or flat and booked once. */
import * as fc from 'fast-check';
import { reducePosition } from '../../src/domain/position/reduce';
import { BurstWorld, type BurstStep } from './burst-world';
import { RUNS } from './scale';

/** Each lives on for minutes of the world. */
const BURSTS = Math.ceil(RUNS / 40);
/** Bursts tried on a deliberately broken variant before it counts as missed. */
const BROKEN_BURSTS_MAX = 100;

afterEach(() => jest.restoreAllMocks());

const steps: fc.Arbitrary<readonly BurstStep[]> = fc.array(
  fc.record({
    kind: fc.oneof(
      { weight: 6, arbitrary: fc.constant('entry' as const) },
      { weight: 4, arbitrary: fc.constant('stop' as const) },
      { weight: 3, arbitrary: fc.constant('report' as const) },
      { weight: 1, arbitrary: fc.constant('wait' as const) },
    ),
    pick: fc.nat(60),
    passedMs: fc.oneof(fc.nat(400), fc.nat(3_000), fc.nat(12_000)),
  }),
  { minLength: 12, maxLength: 30, size: 'max' },
);

interface Named {
  readonly side: string;
  readonly openedAtMs: number;
}

const nameOf = ({ side, openedAtMs }: Named): string => `${side} ${openedAtMs}`;

/** What is open is looked after as ours, and has its stop. */
function expectGuarded({ open, book, stopAtVenue }: BurstWorld): void {
  // A run that an entry began which opened nothing any more has nothing to look after, and ends by itself.
  if (open === undefined) return expect(book?.episode).toBeUndefined();
  expect(stopAtVenue).toBeDefined();
  const { side, openedAtMs } = open;
  expect(book).toMatchObject({ episode: { side, openedAtMs }, row: { stopLoss: stopAtVenue } });
  expect(book?.marks).not.toContain('foreign');
  expect(book?.openers.length).toBeGreaterThan(0);
}

/** @param onBooked hears how many positions there were */
function burstProperty(reduce: typeof reducePosition, onBooked: (positions: number) => void = () => undefined) {
  return fc.asyncProperty(steps, async (all) => {
    const world = new BurstWorld(reduce);
    for (const step of all) await world.apply(step);
    await world.heal();
    expectGuarded(world);
    // What no report showed is booked with the position after it.
    await world.apply({ kind: 'stop', pick: 0, passedMs: 1_000 });
    await world.heal();
    expect(world.book?.episode).toBeUndefined();
    expect(world.booked.map(nameOf).toSorted()).toEqual(world.episodes.map(nameOf).toSorted());
    expect(world.booked.filter(({ marks }) => marks.includes('foreign'))).toEqual([]);
    onBooked(world.booked.length);
  });
}

test('every position of ours ends named as ours and with a stop, or flat and booked once, however fast entries and stops come', async () => {
  let positions = 0;
  const property = burstProperty(reducePosition, (booked) => (positions += booked));
  await fc.assert(property, { numRuns: BURSTS });
  // Otherwise nothing was searched.
  expect(positions).toBeGreaterThan(3 * BURSTS);
});

test.each<[string, typeof reducePosition]>([
  [
    'entries of a position are forgotten',
    (book, input, nowMs) =>
      reducePosition(
        book,
        input.kind === 'report' ? { ...input, report: { ...input.report, openers: [] } } : input,
        nowMs,
      ),
  ],
  [
    'a run does not know what was booked before it',
    (book, input, nowMs) => reducePosition({ ...book, former: undefined }, input, nowMs),
  ],
])('rules are found out in which %s', async (_fault, reduce) => {
  const { failed } = await fc.check(burstProperty(reduce), { numRuns: BROKEN_BURSTS_MAX, endOnFailure: true });
  expect(failed).toBe(true);
});
