import { resolveAnyTarget } from '../temporal/connection';
import { runChecks, type Check, type Diagnosis, type Surroundings } from './check';
import { checkDisk } from './disk';
import { checkModel } from './model';
import { checkNodeVersion } from './node-version';
import { checkDataFolder, checkDotEnvFile } from './permissions';
import { checkPorts } from './ports';
import * as server from './server';
import * as venues from './venue';

/**
 * Looks at everything that a start needs. Changes nothing, whether the product runs or not.
 *
 * @throws ConfigError when the settings of the Temporal server cannot be read
 */
export async function examine(surroundings: Surroundings, requiredNode: string): Promise<readonly Diagnosis[]> {
  const isEmbedded = resolveAnyTarget(surroundings.config, surroundings.env).isEmbedded ?? false;
  const [access, venue] = [server.openServer(surroundings), venues.openVenue(surroundings)];
  const checks: readonly Check[] = [
    { name: 'Node', run: () => checkNodeVersion(process.versions.node, requiredNode) },
    { name: 'Temporal server', run: () => server.checkServerSource(surroundings) },
    { name: 'Temporal answers', run: async () => server.checkReachability(await access) },
    { name: 'namespace', run: async () => server.checkNamespace(surroundings, await access) },
    { name: 'retention', run: async () => server.checkRetention(surroundings, await access) },
    { name: 'search attributes', run: async () => server.checkSearchAttributes(await access) },
    { name: 'ports', run: () => checkPorts(surroundings, isEmbedded) },
    { name: 'disk', run: () => checkDisk(surroundings) },
    { name: 'clock, server', run: async () => server.checkServerClock(await access) },
    { name: 'clock, venue', run: async () => venues.checkVenueClock(surroundings, await venue) },
    { name: 'venue account', run: async () => venues.checkVenueAccount(surroundings, await venue) },
    { name: 'model', run: () => checkModel(surroundings) },
    { name: 'data folder', run: () => checkDataFolder(surroundings) },
    { name: '.env', run: () => checkDotEnvFile(surroundings) },
  ];
  try {
    return await runChecks(checks);
  } finally {
    // What did not open in time is left to the end of this process.
    void access
      .then((opened) => ('connection' in opened ? opened.connection.close() : undefined))
      .catch(() => undefined);
    void venue.then((opened) => ('venue' in opened ? opened.venue.close() : undefined)).catch(() => undefined);
  }
}
