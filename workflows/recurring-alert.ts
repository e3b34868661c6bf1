import { alert } from './announcements';

/** What a person has not looked at is told again after this. */
const AGAIN_AFTER_MS = 3_600_000;

/** Says that something needs a person, and says it again for as long as it does. */
export class RecurringAlert {
  private saidAtMs: number | undefined;

  /** @param text one sentence with what it is about and what to do @returns whether it was said now */
  raise(text: string): boolean {
    const nowMs = Date.now();
    if (this.saidAtMs !== undefined && nowMs - this.saidAtMs < AGAIN_AFTER_MS) return false;
    this.saidAtMs = nowMs;
    alert(text);
    return true;
  }

  /** What was wrong is over. @returns whether it had been said */
  settle(): boolean {
    const wasSaid = this.saidAtMs !== undefined;
    this.saidAtMs = undefined;
    return wasSaid;
  }
}

/** What often passes by itself is told once it has lasted for this, milliseconds. */
const LASTS_FROM_MS = 60_000;

/** Says that something needs a person once it has failed for long enough, and says it again for as long as it does. */
export class LastingAlert {
  private sinceMs: number | undefined;
  private readonly alert = new RecurringAlert();

  /** It failed again, or still does. @param text see RecurringAlert */
  failed(text: string): void {
    this.sinceMs ??= Date.now();
    if (Date.now() - this.sinceMs >= LASTS_FROM_MS) this.alert.raise(text);
  }

  /** What was wrong is over. */
  settle(): void {
    this.sinceMs = undefined;
    this.alert.settle();
  }
}
