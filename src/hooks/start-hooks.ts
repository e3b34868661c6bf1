import type { FastifyInstance } from 'fastify';
import { portInUse } from '../net/ports';
import { createHookServer, type HookDependencies } from './server';

/** The one address that hooks listen on: what stands before them, with TLS, is on this machine. */
const HOST = '127.0.0.1';

/**
 * Starts the hooks on their port.
 *
 * @returns the server; undefined: hooks are off
 * @throws PortInUseError
 */
export async function startHooks(dependencies: HookDependencies): Promise<FastifyInstance | undefined> {
  const { enabled, port } = dependencies.config.hooks;
  if (!enabled) return undefined;
  const server = createHookServer(dependencies);
  try {
    await server.listen({ host: HOST, port });
  } catch (error) {
    await server.close();
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw portInUse(port, 'HOOKS_PORT');
    throw error;
  }
  return server;
}
