import { ExactDecimal } from '../src/domain/decimal';
import { DAY_MS, dayOf, type LossStreak } from '../src/domain/risk/book';
import { lossesOf, type Losses } from '../src/domain/risk/money';
import { bounded } from '../src/domain/risk/pauses';
import { instantWords, minutesWords, percentWords, sinceWords } from '../src/domain/risk/words';
import type { RiskRuleView } from '../src/messages/venue-account';
import { ruleOf, shareWords, SYMBOLS_SHOWN_MAX, symbolsWhere, type Standing } from './risk-view-parts';

const MINUTE_MS = 60_000;

/** What was lost of the day's beginning and of the highest. */
export function lossRules({ book: { money }, terms: { risk }, nowMs }: Standing): readonly RiskRuleView[] {
  const { ofDay, ofPeak } = lossesOf(money, nowMs);
  const { dailyLossFraction, drawdownFraction } = risk;
  const { equity, day, dayLoss, fall, peakSinceMs } = money;
  const lostWords = (loss: Losses['ofDay']) =>
    loss && { value: shareWords(ExactDecimal.max(loss.lost, 0), loss.of, equity?.asset) };
  const isDayOver = dailyLossFraction !== null && dayLoss?.dayMs === dayOf(nowMs);
  const resumedAtMs = day?.dayMs === dayOf(nowMs) ? day.resumed?.atMs : undefined;
  const highest = peakSinceMs === undefined ? 'the highest' : `the highest since ${instantWords(peakSinceMs)}, resumed`;
  return [
    ruleOf({
      code: 'DAILY_LOSS_LIMIT',
      ...(dailyLossFraction !== null && {
        limit: `${percentWords(dailyLossFraction)} since ${sinceWords(resumedAtMs)}`,
      }),
      ...lostWords(ofDay),
      ...(isDayOver && { blockedUntilMs: dayOf(nowMs) + DAY_MS, isBlocking: true }),
    }),
    ruleOf({
      code: 'DRAWDOWN_LIMIT',
      ...(drawdownFraction !== null && { limit: `${percentWords(drawdownFraction)} below ${highest}` }),
      ...lostWords(ofPeak),
      isBlocking: drawdownFraction !== null && fall !== undefined,
    }),
  ];
}

interface Streak {
  readonly losses?: number;
  readonly pausedUntilMs?: number;
  readonly streak?: LossStreak;
}

/** Pauses after losses, and after the end of a position. */
export function pauseRules(at: Standing): readonly RiskRuleView[] {
  return [...streakRules(at), ...coolingRules(at)];
}

/** A rule that is off blocks nothing, whatever was reached while it was on. */
function streakRules({ book, terms: { risk }, nowMs }: Standing): readonly RiskRuleView[] {
  const { lossStreak, lossStreakMinutes } = risk;
  if (lossStreak === null) return [ruleOf({ code: 'LOSS_STREAK', value: String(book.losses) })];
  const limit = `${lossStreak} losses in a row, then ${minutesWords(lossStreakMinutes)}`;
  const streakRule = ({ losses = 0, pausedUntilMs = 0, streak }: Streak, of?: string) => {
    const untilMs = bounded(pausedUntilMs, lossStreakMinutes, nowMs);
    const isBlocking = untilMs > nowMs;
    const value = isBlocking && streak ? `${streak.losses}, the last at ${instantWords(streak.atMs)}` : String(losses);
    return ruleOf({
      code: 'LOSS_STREAK',
      ...(of !== undefined && { of }),
      limit,
      value,
      ...(isBlocking && { blockedUntilMs: untilMs, isBlocking }),
    });
  };
  const symbols = symbolsWhere(book, (one) => (one.losses ?? 0) > 0 || (one.pausedUntilMs ?? 0) > nowMs);
  return [
    streakRule(book),
    ...symbols.slice(0, SYMBOLS_SHOWN_MAX).map((symbol) => streakRule(book.symbols[symbol] ?? {}, symbol)),
  ];
}

function coolingRules({ book, terms: { risk }, nowMs }: Standing): readonly RiskRuleView[] {
  const { coolDownMinutes, coolDownAfterStopMinutes } = risk;
  const cooling = Object.entries(book.symbols).flatMap(([symbol, { closing }]) => {
    if (closing === undefined) return [];
    const minutes = closing.isStop ? Math.max(coolDownAfterStopMinutes, coolDownMinutes) : coolDownMinutes;
    const untilMs = bounded(closing.atMs + minutes * MINUTE_MS, minutes, nowMs);
    if (untilMs <= nowMs) return [];
    const value = `closed ${closing.isStop ? 'by a stop ' : ''}at ${instantWords(closing.atMs)}`;
    const limit = minutesWords(minutes);
    return [ruleOf({ code: 'COOLING_DOWN', of: symbol, limit, value, blockedUntilMs: untilMs, isBlocking: true })];
  });
  if (cooling.length > 0) return cooling.slice(0, SYMBOLS_SHOWN_MAX);
  const isOff = coolDownMinutes === 0 && coolDownAfterStopMinutes === 0;
  const limit = `${minutesWords(coolDownMinutes)}, after a stop ${minutesWords(coolDownAfterStopMinutes)}`;
  return [ruleOf({ code: 'COOLING_DOWN', ...(!isOff && { limit }), value: 'none' })];
}
