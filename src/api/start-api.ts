import type { FastifyInstance } from 'fastify';
import type { ApiDependencies } from './server';
import { createApiServer } from './server';

/** The API's port belongs to another program. */
class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
  readonly code = 'PORT_IN_USE';

  constructor(host: string, port: number) {
    super(`Port ${port} on ${host} is in use; set API_PORT to another port, or end the program that holds it.`);
  }
}

/**
 * Starts the API on the configured host and port.
 *
 * @returns the server; its `close` lets running requests end first
 * @throws PortInUseError
 */
export async function startApi(dependencies: ApiDependencies): Promise<FastifyInstance> {
  const { host, port } = dependencies.config.api;
  const server = createApiServer(dependencies);
  try {
    await server.listen({ host, port });
  } catch (error) {
    await server.close();
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new PortInUseError(host, port);
    throw error;
  }
  return server;
}
