import { PROBLEMS_MAX } from '../messages/component';

/** What can be wrong with a process and its surroundings, as it notices itself. */
export type ProblemCode =
  | 'CALL_REFUSED'
  | 'CLOCK_JUMPED'
  | 'VENUE_CLOCK_JUMPED'
  | 'CLOCK_OFF'
  | 'DISK_LOW'
  | 'ORDERS_REFUSED'
  | 'ORDERS_REJECTED'
  | 'FUNDS_REFUSED'
  | 'ACCOUNT_REFUSED'
  | 'MARKET_DATA_REFUSED'
  | 'PREDICTIONS_FAIL'
  | 'TRADING_STOPPED'
  | 'VENUE_BAN'
  | 'ENTRIES_STOPPED'
  | 'KEY_ENDS_SOON'
  | 'HISTORY_UNREADABLE'
  | 'INSTRUMENTS_UNREADABLE'
  | 'PRICES_UNREADABLE'
  | 'POSITIONS_UNREADABLE'
  /** By symbol: of each position a person hears. */
  | `POSITION_TAKEN ${string}`
  | 'SYMBOLS_LEFT'
  | 'VENUE_UNREACHABLE';

/** What happened at one instant is told for this long. */
const EVENT_LISTED_MS = 10 * 60_000;
/** What happens again and again alerts at most this often. */
const EVENT_ALERT_SPACING_MS = 60_000;
/** What went and comes back alerts at most this often. */
const RETURN_ALERT_SPACING_MS = 10 * 60_000;
/** A problem that stays is told again after this, and then each time after twice as long. */
const REMINDER_FIRST_MS = 10 * 60_000;
const REMINDER_MAX_MS = 4 * 60 * 60_000;
/** How often it is looked whether somebody must be reminded. */
const REMINDER_CHECK_MS = 60_000;

interface Problem {
  readonly sentence: string;
  alertedAtMs: number;
  /** After this it is told again. */
  reminderMs: number;
  /** Absent: until it is cleared. */
  readonly endsAtMs?: number;
}

/**
 * What is wrong right now, as this process sees it: told with its heartbeats, and to a person once and then ever more
 * rarely while it lasts.
 * There is at most one of each code. Instants are of the monotonic clock.
 */
export class Problems {
  private readonly current = new Map<ProblemCode, Problem>();
  /** What comes and goes must not alert each time it comes. */
  private readonly alertedAtMs = new Map<ProblemCode, number>();
  private timer: NodeJS.Timeout | undefined;

  /** @param alert tells a person */
  constructor(private readonly alert: (sentence: string) => void) {}

  /** Something is wrong until it is cleared. Saying it again alerts nobody again; the newest sentence counts. */
  set(code: ProblemCode, sentence: string): void {
    const nowMs = performance.now();
    const lastAlertMs = this.alertedAtMs.get(code) ?? -Infinity;
    const isAlert = !this.current.has(code) && nowMs - lastAlertMs >= RETURN_ALERT_SPACING_MS;
    const alertedAtMs = isAlert ? nowMs : lastAlertMs;
    const reminderMs = this.current.get(code)?.reminderMs ?? REMINDER_FIRST_MS;
    this.current.set(code, { sentence, alertedAtMs, reminderMs });
    if (!isAlert) return;
    this.alertedAtMs.set(code, nowMs);
    this.alert(sentence);
  }

  clear(code: ProblemCode): void {
    this.current.delete(code);
  }

  /** Something happened that is over already: it alerts, and is listed for a while. */
  happened(code: ProblemCode, sentence: string): void {
    const nowMs = performance.now();
    const lastAlertMs = this.current.get(code)?.alertedAtMs ?? -Infinity;
    const isAlert = nowMs - lastAlertMs >= EVENT_ALERT_SPACING_MS;
    const alertedAtMs = isAlert ? nowMs : lastAlertMs;
    this.current.set(code, { sentence, alertedAtMs, reminderMs: Infinity, endsAtMs: nowMs + EVENT_LISTED_MS });
    if (isAlert) this.alert(sentence);
  }

  /** A sentence each, at most PROBLEMS_MAX. */
  list(): readonly string[] {
    this.forgetEnded();
    return [...this.current.values()].slice(0, PROBLEMS_MAX).map(({ sentence }) => sentence);
  }

  /** Their kinds, in the same order. */
  codes(): readonly ProblemCode[] {
    this.forgetEnded();
    return [...this.current.keys()].slice(0, PROBLEMS_MAX);
  }

  /** Begins to remind of what stays. */
  start(): void {
    this.timer ??= setInterval(() => this.remind(), REMINDER_CHECK_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private remind(): void {
    this.forgetEnded();
    const nowMs = performance.now();
    for (const [code, problem] of this.current) {
      if (nowMs - problem.alertedAtMs < problem.reminderMs) continue;
      problem.alertedAtMs = nowMs;
      problem.reminderMs = Math.min(2 * problem.reminderMs, REMINDER_MAX_MS);
      this.alertedAtMs.set(code, nowMs);
      this.alert(problem.sentence);
    }
  }

  private forgetEnded(): void {
    const nowMs = performance.now();
    for (const [code, { endsAtMs }] of this.current) {
      if (endsAtMs !== undefined && nowMs >= endsAtMs) this.current.delete(code);
    }
  }
}
