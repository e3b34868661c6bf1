/** Positions that are opened and closed while nobody looks: each one of ours is booked, and once. */
import fc from 'fast-check';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createPositionActivities, type BookingAnswer } from '../../activities/positions';
import { episodeOfOrders } from '../../src/domain/position/episode-of-orders';
import { formerBeside, formerOfAll, newsBeside, type FormerEpisode } from '../../src/domain/position/former';
import type { ClosedTrade, Execution, MoneyRow, PositionSide } from '../../src/domain/position/types';
import { EntriesToTell } from '../../workflows/entries-to-tell';
import { EpisodeWorld, SYMBOL, worldEvents, type TrueEpisode, type WorldEvent } from './episode-world';
import { RUNS } from './scale';

/** Each is a world of many positions, with an activity for each booking. */
const SEQUENCES = Math.ceil(RUNS / 4);
const ORDER_ID = /^of(?<number>\d{30})$/u;
const TELL_PAUSE_MS = 20_000;
const TELLS = 6;

/** What happens with each event: who makes it, who looks afterwards, and when the account hears of an order. */
interface Seen {
  /** An order of ours makes it; false: a stop, a person at the venue, a liquidation. */
  readonly isOurs: boolean;
  /** It belongs to the order of ours before it, where that has the same direction. */
  readonly isPart: boolean;
  /** A report of positions is taken after it. */
  readonly isReported: boolean;
  /** After so many events more the account hears of the order. */
  readonly lateBy: number;
  /** The server's index names no signals just then. */
  readonly areNamesLate: boolean;
}

const seens = fc.array(
  fc.record({
    isOurs: fc.boolean(),
    isPart: fc.boolean(),
    isReported: fc.nat(3).map((one) => one === 0),
    lateBy: fc.nat(4),
    areNamesLate: fc.boolean(),
  }),
  { minLength: 30, maxLength: 30 },
);

type Named = Pick<TrueEpisode, 'side' | 'openedAtMs'>;

/** The account's memory and the runs of one position's workflow, beside a venue that goes on without them. */
class Chain {
  readonly booked: ClosedTrade[] = [];
  /** Of those, that no report showed. */
  unseen = 0;
  private readonly entries = new EntriesToTell();
  private former: FormerEpisode | undefined;
  /** What the run that is open was shown. */
  private shown: Named | undefined;
  nowMs = 0;

  constructor(
    private readonly executions: readonly Execution[],
    private readonly rows: readonly MoneyRow[],
    private readonly seen: readonly Seen[],
  ) {}

  hear({ clientOrderId, direction, quantity, atMs }: Execution): void {
    const metadata = { symbol: SYMBOL, direction, quantity, clientOrderId, referencePrice: '1' };
    const reservation = { id: fingerprintOf(clientOrderId), intent: 'entry', metadata } as never;
    this.entries.note({ reservation, executedAtMs: atMs }, this.nowMs);
  }

  async report(open: Named | undefined): Promise<void> {
    const { shown } = this;
    if (shown !== undefined && (open === undefined || open.openedAtMs !== shown.openedAtMs)) {
      await this.book(shown, false);
      this.shown = undefined;
    }
    if (open !== undefined) this.shown = open;
    else await this.tell();
  }

  private async tell(): Promise<void> {
    const { nowMs } = this;
    if (!this.entries.due({ asOfMs: nowMs, lagMs: 0, nowMs }).includes(SYMBOL)) return;
    const openers = this.entries.beside(SYMBOL, []);
    this.entries.told(SYMBOL, nowMs);
    const former = this.former && formerBeside(this.former, openers);
    const news = newsBeside(former, { asOfMs: nowMs, row: null, openers });
    if (news === undefined) return;
    const ids = news.openers.map(({ clientOrderId }) => clientOrderId);
    const found = episodeOfOrders(SYMBOL, this.visible(), ids, this.former);
    if (found !== undefined && found !== 'none') await this.book(found, true);
  }

  private async book({ side, openedAtMs }: Named, isUnseen: boolean): Promise<void> {
    const evidence = { symbol: SYMBOL, side, openedAtMs, openers: this.entries.beside(SYMBOL, []) };
    const run = (): Promise<BookingAnswer> =>
      this.activities().bookEpisode({
        environment: 'paper',
        venue: 'desk',
        evidence: { ...evidence, exits: [], exitRounds: 0, unprotectedMs: 0, marks: [] },
        seen: { entryPrice: '0', markPrice: '0', quantity: '0', flatAtMs: this.nowMs },
        former: this.former,
        isUnseen,
        isLast: isUnseen,
      });
    const answer = (await new MockActivityEnvironment().run(run)) as BookingAnswer;
    if (answer.status !== 'booked') return;
    const trades = [...(answer.missed ?? []), answer.trade];
    this.former = formerOfAll(trades);
    this.booked.push(...trades);
    this.unseen += trades.length - (isUnseen ? 0 : 1);
    for (const trade of trades) this.entries.booked(trade);
  }

  private visible(): readonly Execution[] {
    return this.executions.filter(({ atMs }) => atMs <= this.nowMs);
  }

  private activities() {
    const areNamesLate = this.seen[this.booked.length % this.seen.length]!.areNamesLate;
    const positions = {
      signalsOf: async (_symbol: string, ids: readonly string[]) =>
        areNamesLate ? [] : ids.map((clientOrderId) => ({ clientOrderId, fingerprint: fingerprintOf(clientOrderId) })),
    };
    const since = <Row extends { readonly atMs: number }>(rows: readonly Row[], sinceMs: number): readonly Row[] =>
      rows.filter(({ atMs }) => atMs >= sinceMs && atMs <= this.nowMs);
    const pacedVenue = {
      executions: async (_symbol: string, sinceMs: number) => since(this.executions, sinceMs),
      moneyLog: async (sinceMs: number) => since(this.rows, sinceMs),
    };
    return createPositionActivities({ pacedVenue, positions, taken: { booked: () => undefined } } as never);
  }
}

function fingerprintOf(clientOrderId: string): string {
  return `f${ORDER_ID.exec(clientOrderId)?.groups?.['number']?.slice(-15)}`;
}

/** The venue's executions with the orders that made them. */
function ordered({ executions }: EpisodeWorld, seen: readonly Seen[]): readonly Execution[] {
  let orders = 0;
  let last: Execution | undefined;
  return executions.map((execution, index) => {
    const { isOurs, isPart } = seen[index]!;
    if (!isOurs || execution.kind !== 'trade') return { ...execution, sequence: index };
    const isSame = isPart && last?.direction === execution.direction;
    if (!isSame) orders += 1;
    const clientOrderId = `of${String(orders).padStart(30, '0')}`;
    last = { ...execution, clientOrderId, orderId: `${orders}`, sequence: index };
    return last;
  });
}

const directionOf = (side: PositionSide): 'BUY' | 'SELL' => (side === 'LONG' ? 'BUY' : 'SELL');

function isOfOurs({ side, openedAtMs, closedAtMs = 0 }: TrueEpisode, executions: readonly Execution[]): boolean {
  return executions.some(
    ({ atMs, direction, clientOrderId }) =>
      clientOrderId !== '' && direction === directionOf(side) && atMs >= openedAtMs && atMs <= closedAtMs,
  );
}

async function live(events: readonly WorldEvent[], seen: readonly Seen[]) {
  // Of few sizes, so that positions end often.
  const sized = events.map((event) =>
    event.kind === 'fill' ? { ...event, quantity: 1 + (event.quantity % 2) } : event,
  );
  const world = new EpisodeWorld(sized, true);
  const executions = ordered(world, seen);
  const rows = world.rows.map((row) => {
    const own = executions.find(({ executionId }) => executionId === row.executionId);
    return { ...row, orderId: own?.orderId ?? row.orderId };
  });
  const chain = new Chain(executions, rows, seen);
  const lastOf = (clientOrderId: string): Execution =>
    executions.findLast((execution) => execution.clientOrderId === clientOrderId)!;
  const heard = new Map<Execution, number>();
  executions.forEach((execution, index) => {
    if (execution.clientOrderId !== '') heard.set(lastOf(execution.clientOrderId), index + seen[index]!.lateBy);
  });
  for (const [index, execution] of executions.entries()) {
    chain.nowMs = execution.atMs + 1;
    for (const [order, atIndex] of heard) if (atIndex === index) chain.hear(order);
    const open = world.episodes.findLast(({ openedAtMs }) => openedAtMs <= execution.atMs);
    const isOpen = open !== undefined && (open.closedAtMs ?? Infinity) > execution.atMs;
    if (seen[index]!.isReported) await chain.report(isOpen ? open : undefined);
  }
  for (const [order, atIndex] of heard) if (atIndex >= executions.length) chain.hear(order);
  for (let tells = 0; tells < TELLS; tells += 1) {
    chain.nowMs += TELL_PAUSE_MS;
    await chain.report(undefined);
  }
  const ours = world.episodes.filter((episode) => isOfOurs(episode, executions));
  return { ours, booked: chain.booked, unseen: chain.unseen, all: world.episodes };
}

const nameOf = ({ side, openedAtMs }: Named): string => `${side} ${openedAtMs}`;

test('every position of ours is booked once, and as the venue knows it, whatever reports showed of it', async () => {
  let unseenOnes = 0;
  await fc.assert(
    fc.asyncProperty(worldEvents, seens, async (events, seen) => {
      const { ours, booked, unseen, all } = await live(events, seen);
      unseenOnes += unseen;
      const names = booked.map(nameOf);
      expect(names).toHaveLength(new Set(names).size);
      expect(names).toEqual(expect.arrayContaining(ours.map(nameOf)));
      for (const trade of booked) {
        const truth = all.find((episode) => nameOf(episode) === nameOf(trade));
        expect(trade).toMatchObject({
          closedAtMs: truth?.closedAtMs,
          quantity: truth?.sizeMax.toFixed(),
          isProven: true,
        });
      }
    }),
    { numRuns: SEQUENCES },
  );
  // Otherwise nothing was searched.
  expect(unseenOnes).toBeGreaterThan(SEQUENCES / 5);
});
