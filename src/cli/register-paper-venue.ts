import type { Config } from '../config/schema';
import { packageVersion } from '../config/package-root';
import { environmentOf } from '../config/trading-environment';
import { keepPatientSlot, type OpenedClient } from '../temporal/patient-slot';

/** Loaded when it is wanted: a paper venue without a server needs none of it. @throws what connecting throws, or a namespace of others */
async function connect(config: Config): Promise<OpenedClient> {
  const [{ connectClient, resolveTarget }, { checkNotAnothers }] = await Promise.all([
    import('../temporal/connection'),
    import('../temporal/environment-stamp'),
  ]);
  const { client, connection } = await connectClient(resolveTarget(config));
  try {
    await checkNotAnothers(client, environmentOf(config));
    return { client, close: () => connection.close() };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/**
 * Lets people see the paper venue beside the other processes. It asks the server for nothing else.
 *
 * @returns ends it
 */
export function registerPaperVenue(config: Config): () => Promise<void> {
  const environment = environmentOf(config);
  // Beside real trading it belongs to nobody's installation.
  if (environment !== 'paper') return () => Promise.resolve();
  return keepPatientSlot({
    connect: () => connect(config),
    component: 'paper_venue',
    version: packageVersion(),
    metadata: { environment, venue: config.venue },
    heartbeatTimeoutMs: config.workers.heartbeatTimeoutSeconds * 1000,
  });
}
