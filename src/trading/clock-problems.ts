import { ClockWatch } from '../process/clock-watch';
import type { Venue } from '../venues/venue';
import type { Permits } from './permits';
import type { Problems } from './problems';

/** How often the machine's clock is compared with the server's, as the account's latest answer shows it. */
const CHECK_INTERVAL_MS = 1_000;
/** A machine that keeps its clock by network time is off by far less. */
const CLOCK_OFF_MAX_MS = 2_000;

/**
 * Tells of the clocks that an engine depends on: the machine's, the venue's, and the server's.
 *
 * @returns ends the watch
 */
export function watchClocks(
  venue: Pick<Venue, 'name' | 'onClockJump'>,
  permits: Pick<Permits, 'accountAheadMs'>,
  problems: Problems,
): () => void {
  const machine = new ClockWatch((byMs) => {
    problems.happened(
      'CLOCK_JUMPED',
      `The clock of this machine jumped ${stepText(byMs)}, or the machine slept. Check its time synchronisation.`,
    );
  });
  machine.start();
  venue.onClockJump((byMs) => {
    problems.happened(
      'VENUE_CLOCK_JUMPED',
      `The clock of ${venue.name} jumped ${stepText(byMs)} as seen from here, or this machine slept.`,
    );
  });
  const compare = (): void => {
    const { accountAheadMs = 0 } = permits;
    if (Math.abs(accountAheadMs) <= CLOCK_OFF_MAX_MS) return problems.clear('CLOCK_OFF');
    const side = accountAheadMs > 0 ? 'behind' : 'ahead of';
    problems.set(
      'CLOCK_OFF',
      `The clock of this machine is ${seconds(accountAheadMs)} s ${side} the Temporal server's. Check the time ` +
        'synchronisation of both: a signal may live longer or shorter than it should.',
    );
  };
  const comparing = setInterval(compare, CHECK_INTERVAL_MS).unref();
  return () => {
    clearInterval(comparing);
    machine.stop();
  };
}

function stepText(byMs: number): string {
  return `${seconds(byMs)} s ${byMs > 0 ? 'ahead' : 'back'}`;
}

function seconds(spanMs: number): number {
  return Math.round(Math.abs(spanMs) / 1_000);
}
