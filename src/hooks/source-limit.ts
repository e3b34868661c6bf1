const MINUTE_MS = 60_000;

/** Alerts of one source: so many in a minute, and as many at once. */
export class SourceLimit {
  private left: number;

  /** @param atMs milliseconds on a clock that nobody sets, as in `take` */
  constructor(
    private readonly perMinute: number,
    private atMs: number,
  ) {
    this.left = perMinute;
  }

  /** @returns false: this one is too many */
  take(nowMs: number): boolean {
    const grown = (Math.max(0, nowMs - this.atMs) / MINUTE_MS) * this.perMinute;
    this.left = Math.min(this.perMinute, this.left + grown);
    this.atMs = nowMs;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
