import type { SystemHealth } from './health';
import { sharedReading } from './shared-reading';

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
 * who want one at the same moment share it.
 */
export class HealthReader {
  /** @throws what asking throws; whoever comes next asks anew */
  readonly read: () => Promise<SystemHealth>;

  constructor({ ask, sharedForMs, clock }: HealthReaderOptions) {
    this.read = sharedReading(ask, sharedForMs, clock);
  }
}
