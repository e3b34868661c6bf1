import { handOverIdentity } from '../src/intake/hand-over/identity';
import { HandOverServer } from '../src/intake/hand-over/hand-over-server';
import { createStartDesk } from '../src/intake/hand-over/start-desk';
import type { Engine } from './engine';

/**
 * Lets the API of this data folder hand signals to a process that runs their workflows, which starts them with a head start.
 *
 * @returns the socket's server, to be closed before the workers stop; where it cannot be opened, the API goes without
 */
export async function openHandOver(engine: Engine): Promise<HandOverServer> {
  const { client, config, store, starter, logger } = engine;
  const server = new HandOverServer({
    dataDir: config.dataDir,
    identity: handOverIdentity(config, client.options.namespace),
    desk: createStartDesk({ config, store, starter }),
    warn: (sentence) => logger.warn(sentence),
  });
  await server.open();
  return server;
}
