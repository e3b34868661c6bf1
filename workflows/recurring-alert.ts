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
