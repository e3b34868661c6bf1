import { Dice } from '../chaos/dice';
import { ALL_FAULTS, PROCESS_FAULTS, type FaultName, type ProcessFault } from './faults';

/** Faults that come together, after a pause. */
export interface Strike {
  readonly pauseMs: number;
  readonly faults: readonly FaultName[];
  /** From one of them to the next. */
  readonly apartMs: number;
}

const PAUSE_LEAST_MS = 2_000;
const APART_MOST_MS = 4_000;
/** So often a process dies or hangs in the middle of another fault. */
const COMPANY_SHARE = 0.25;

/**
 * What a seed does to the product, for ever: all faults in a random order, then all of them in another one, so that a night that
 * is long enough has each. Two runs of a seed plan the same.
 *
 * @param pauseMostMs the longest rest between two strikes
 */
export function* strikesOf(seed: number, pauseMostMs: number): Generator<Strike> {
  const dice = new Dice(seed, 'night');
  for (;;) {
    for (const first of shuffled(ALL_FAULTS, dice)) {
      const company = dice.pick(PROCESS_FAULTS as readonly [ProcessFault, ...ProcessFault[]]);
      // Where mail does not go out, something has to happen that is to be told.
      const isJoined = dice.chance(COMPANY_SHARE) || first === 'dead mail server';
      yield {
        pauseMs: Math.round(dice.between(PAUSE_LEAST_MS, Math.max(PAUSE_LEAST_MS, pauseMostMs))),
        faults: isJoined && company !== first ? [first, company] : [first],
        apartMs: Math.round(dice.between(0, APART_MOST_MS)),
      };
    }
  }
}

function shuffled<Item>(items: readonly Item[], dice: Dice): readonly Item[] {
  const left = [...items];
  return items.map(() => left.splice(dice.whole(0, left.length - 1), 1)[0]!);
}
