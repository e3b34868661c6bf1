import type { Config } from '../config/schema';
import { emitProcessEvent } from '../process/process-events';
import type { FaultPlan } from './faults/fault-plan';
import { paperVenueOptions } from './options';
import { startPaperVenue } from './paper-venue';

/**
 * Runs the paper venue as a process of its own until SIGINT or SIGTERM.
 *
 * @throws whatever startPaperVenue throws; nothing is running then
 */
export async function runPaperVenueProcess(config: Config, faults?: FaultPlan): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  const venue = await startPaperVenue(paperVenueOptions(config, faults));
  for (const text of venue.notices) emitProcessEvent({ kind: 'line', text: `Paper venue: ${text}` });
  emitProcessEvent({ kind: 'ready', component: 'paper_venue' });
  await stopped;
  await venue.close();
}
