import type { FastifyInstance } from 'fastify';
import { listenHostError, portInUse } from '../net/ports';
import type { ApiDependencies } from './server';
import { createApiServer } from './server';

/**
 * Starts the API on the configured host and port.
 *
 * @returns the server; its `close` lets running requests end first
 * @throws PortInUseError, ListenHostError
 */
export async function startApi(dependencies: ApiDependencies): Promise<FastifyInstance> {
  const { host, port } = dependencies.config.api;
  const server = createApiServer(dependencies);
  try {
    // One socket: for `localhost` Fastify would open a second one, of which nothing here knows.
    await server.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port });
  } catch (error) {
    await server.close();
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw portInUse(port, 'API_PORT');
    throw listenHostError(host, error);
  }
  return server;
}
