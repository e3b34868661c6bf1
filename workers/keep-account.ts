import { showVenue } from '../src/domain/trading-venue';
import { venueAccountWorkflowId } from '../src/messages/ids';
import { emitProcessEvent } from '../src/process/process-events';
import { watchLeftSymbols } from '../src/trading/left-symbols';
import { noteTravels } from './claim-environment';
import type { Engine } from './engine';
import { ensureVenueAccount } from './entities';
import { FormerAccountError, moveFormerAccount } from './former-account';
import { printAlert } from './print-alert';

/** How often it is looked whether the account runs. */
const ACCOUNT_CHECK_MS = 10_000;

/**
 * Moves an account of an older release to its new id, or waits for who does.
 *
 * @throws FormerAccountError, of which a person hears
 */
export async function moveAccount({ client, ours, logger }: Engine, isEngine: boolean): Promise<void> {
  try {
    const hasMoved = await moveFormerAccount(client, ours, { isWaiting: !isEngine });
    if (hasMoved && isEngine) {
      await noteTravels(client, true);
      emitProcessEvent({ kind: 'line', text: `The account of ${showVenue(ours)} has moved to its new id.` });
    }
  } catch (error) {
    if (error instanceof FormerAccountError) printAlert(logger, error.message);
    throw error;
  }
}

/** Keeps the account running, and looks whether it can close all that is open. @returns what ends the keeping */
export async function keepAccount(engine: Engine): Promise<readonly (() => void)[]> {
  return [await keepVenueAccount(engine), watchSymbols(engine)];
}

/** Starts the account, and starts another one when somebody ended it: until then nothing guards what is at the venue. */
async function keepVenueAccount({ client, config, ours, venue, logger }: Engine): Promise<() => void> {
  await ensureVenueAccount(client, config, venue.promises);
  const keep = async (): Promise<void> => {
    const { status } = await client.workflow.getHandle(venueAccountWorkflowId(ours)).describe();
    if (status.name !== 'RUNNING') await ensureVenueAccount(client, config, venue.promises);
  };
  const failed = (error: unknown): void =>
    logger.warn('The account could not be looked at.', { reason: String(error) });
  const keeping = setInterval(() => void keep().catch(failed), ACCOUNT_CHECK_MS).unref();
  return () => clearInterval(keeping);
}

/** Whether every position that is open can be closed by what is configured. */
function watchSymbols({ client, config, ours, venueConfig, problems, logger }: Engine): () => void {
  const { symbols } = venueConfig;
  return watchLeftSymbols({ client, ours, symbols, foreign: config.positions.foreign, problems, logger });
}
