import { dayOf, type MoneyBook } from '../src/domain/risk/book';
import type { RiskSettings } from '../src/domain/risk/types';
import { moneyWords, sinceWords } from '../src/domain/risk/words';
import type { PositionReport } from '../src/messages/position';
import { alert } from './announcements';

/** Why no entry may fill any more: a limit of losses is reached. undefined: none is. */
export function lossLimitOf(
  { dayLoss, fall }: MoneyBook,
  { dailyLossFraction, drawdownFraction }: RiskSettings,
): string | undefined {
  if (dailyLossFraction !== null && isOfToday(dayLoss)) {
    return `the day's loss of ${moneyWords(dayLoss.loss)} reached its limit`;
  }
  if (drawdownFraction === null || fall === undefined) return undefined;
  return `the fall of the equity by ${moneyWords(fall.fall)} reached its limit`;
}

/** What positions are told where a limit of losses closes them. */
export function closeAllBy({ dayLoss }: MoneyBook, { onDailyLoss }: RiskSettings): PositionReport['closeAll'] {
  if (onDailyLoss !== 'flatten' || !isOfToday(dayLoss)) return undefined;
  return { reason: 'DAILY_LOSS', words: `The day's loss of ${moneyWords(dayLoss.loss)} reached its limit` };
}

/** A limit that stops all entries is told to a person when it is reached. */
export function tellLimits(venue: string, before: MoneyBook, { dayLoss, fall, day }: MoneyBook): void {
  const { resumed } = day ?? {};
  if (dayLoss && before.dayLoss?.dayMs !== dayLoss.dayMs) {
    const what = `${moneyWords(dayLoss.loss)} of ${moneyWords(dayLoss.of)} were lost since ${sinceWords(resumed?.atMs)}`;
    alert(`${venue}: ${what}, the limit of a day. No entry is taken until tomorrow, or until you resume trading.`);
  }
  if (fall && before.fall === undefined) {
    const what = `The equity fell by ${moneyWords(fall.fall)} from its highest, ${moneyWords(fall.of)}`;
    alert(`${venue}: ${what}, the limit. No entry is taken until you resume trading.`);
  }
}

type DayLoss = NonNullable<MoneyBook['dayLoss']>;

function isOfToday(dayLoss: DayLoss | undefined): dayLoss is DayLoss {
  return dayLoss?.dayMs === dayOf(Date.now());
}
