import { randomUUID } from 'node:crypto';
import { tradingVenueOf } from '../src/config/trading-environment';
import type { Config } from '../src/config/schema';
import { IntakeUnavailableError } from '../src/intake/types';
import type { PositionView } from '../src/messages/position';
import { flattenAccount } from '../src/positions/flatten-account';
import { PositionWorkflows, type ListedPosition } from '../src/positions/position-workflows';
import { createTradingStateControl } from '../src/trading/trading-state';
import { pollUntil } from '../src/process/poll';
import { Dice } from './dice';
import { isExpectedRefusal, isUnanswered } from './passing-errors';
import type { Access } from './product';
import { Violation } from './violation';
import { pause, within } from './waiting';

/** Between two of the operator's commands. */
const COMMANDS_INTERVAL_MS: readonly [least: number, most: number] = [1_500, 5_000];
/** How far the new stop is from the price, as a share of where it was. */
const TIGHTER_LEAST = 0.3;
const TIGHTER_MOST = 0.9;
/** An exit, its booking and the server's list of runs. */
const FLAT_MAX_MS = 120_000;
const ANSWER_MAX_MS = 60_000;
const WORDS = 'the operator of the attack wants it';

/** The person who closes positions, moves their stops, and in the end flattens the account: as the command line does it. */
export class PositionHands {
  private readonly dice: Dice;
  private closedCount = 0;
  private protectedCount = 0;

  constructor(
    private readonly config: Config,
    seed: number,
  ) {
    this.dice = new Dice(seed, 'hands');
  }

  get closed(): number {
    return this.closedCount;
  }

  get protected(): number {
    return this.protectedCount;
  }

  /** Commands now and then, until it is stopped. What nobody answers is left. */
  async run({ client }: Access, signal: AbortSignal): Promise<never> {
    const positions = this.positionsOf(client);
    for (;;) {
      await pause(this.dice.between(...COMMANDS_INTERVAL_MS), signal);
      const [closes, share, distance] = [
        this.dice.chance(0.4),
        this.dice.between(0, 1),
        this.dice.between(TIGHTER_LEAST, TIGHTER_MOST),
      ];
      await passing(async () => {
        const open = await positions.list();
        const chosen = open[Math.floor(share * open.length)];
        if (chosen) await (closes ? this.close(positions, chosen) : this.protect(positions, chosen, distance));
      });
    }
  }

  /**
   * Ends everything as `oncefill flatten` does, waits until every position is booked, and lets trading go on.
   *
   * @throws Violation when a position is not booked in time
   */
  async flatten({ client }: Access, signal: AbortSignal): Promise<void> {
    const at = tradingVenueOf(this.config);
    const positions = this.positionsOf(client);
    await this.insist(signal, () =>
      flattenAccount(client, at, { reason: WORDS, who: 'attack', waitMaxMs: FLAT_MAX_MS }),
    );
    let open: readonly ListedPosition[] = [];
    const areBooked = async (): Promise<boolean> => {
      open = (await passing(() => positions.list())) ?? open;
      return open.length === 0;
    };
    const booked = await pollUntil(areBooked, within(FLAT_MAX_MS, signal));
    if (!booked) throw new Violation('every position is booked once it is closed', JSON.stringify(open));
    await this.insist(signal, () => createTradingStateControl(client, at).change('active', WORDS));
  }

  /** @returns undefined: there is none, or nobody answers */
  viewOf({ client }: Access, symbol: string): Promise<PositionView | undefined> {
    return passing(() => this.positionsOf(client).show(symbol));
  }

  positionsOf(client: Access['client']): PositionWorkflows {
    return new PositionWorkflows(client, tradingVenueOf(this.config));
  }

  private async insist(signal: AbortSignal, command: () => Promise<unknown>): Promise<void> {
    const done = await pollUntil(
      async () => (await passing(async () => ({ result: await command() }))) !== undefined,
      within(ANSWER_MAX_MS, signal),
    );
    if (!done) throw new Violation('a command is answered', `not within ${ANSWER_MAX_MS} ms`);
  }

  private async close(positions: PositionWorkflows, { symbol }: ListedPosition): Promise<void> {
    const reply = await positions.close(symbol, { requestId: randomUUID(), words: WORDS, reason: 'OPERATOR' });
    if (reply?.accepted) this.closedCount += 1;
  }

  private async protect(positions: PositionWorkflows, { symbol, view }: ListedPosition, share: number): Promise<void> {
    const { markPrice, stopLoss } = view?.row ?? {};
    if (markPrice === undefined || stopLoss === undefined) return;
    const price = Number(markPrice);
    // As fine as the present one, which is on the venue's steps.
    const decimals = stopLoss.split('.')[1]?.length ?? 0;
    const stop = (price + (Number(stopLoss) - price) * share).toFixed(decimals);
    const reply = await positions.protect(symbol, {
      requestId: randomUUID(),
      words: WORDS,
      stopLoss: stop,
    });
    if (reply?.accepted) this.protectedCount += 1;
  }
}

/** @returns undefined: nobody answered, or what it was for has ended */
async function passing<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    const isPassing = error instanceof IntakeUnavailableError || isUnanswered(error) || isExpectedRefusal(error);
    if (isPassing || (error as Error).name === 'TradingStateError') return undefined;
    throw error;
  }
}
