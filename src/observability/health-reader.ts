import type { SystemHealth } from './health';

export interface HealthReaderOptions {
  /** Asks everybody. It may throw. */
  readonly ask: () => Promise<SystemHealth>;
  /** For so long after it was asked for, a reading counts for whoever else of this process wants one. */
  readonly sharedForMs: number;
  /** Milliseconds of a clock that never goes back; tests have their own. */
  readonly clock?: () => number;
}

/**
 * The one reader of health of a process. A reading costs a dozen questions to the server, some of which the engine answers: those
 * who want one at the same moment share it, and nobody gets one that was asked for longer ago than `sharedForMs`.
 */
export class HealthReader {
  private last: { readonly askedAtMs: number; readonly reading: Promise<SystemHealth> } | undefined;

  constructor(private readonly options: HealthReaderOptions) {}

  /** @throws what asking throws; whoever comes next asks anew */
  read(): Promise<SystemHealth> {
    const { ask, sharedForMs, clock = () => performance.now() } = this.options;
    const askedAtMs = clock();
    if (this.last !== undefined && askedAtMs - this.last.askedAtMs < sharedForMs) return this.last.reading;
    const last = { askedAtMs, reading: (async () => ask())() };
    this.last = last;
    last.reading.catch(() => {
      if (this.last === last) this.last = undefined;
    });
    return last.reading;
  }
}
