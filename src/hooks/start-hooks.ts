import type { FastifyInstance } from 'fastify';
import { loadHookSecrets } from '../config/hook-secrets';
import { portInUse } from '../net/ports';
import { HookMetrics } from '../observability/metrics/hook-metrics';
import { createHookServer, type HookDependencies } from './server';

/** The one address that hooks listen on: what stands before them, with TLS, is on this machine. */
const HOST = '127.0.0.1';

/**
 * Starts the hooks on their port, in the process of the API: it has intake and the way to the engine already, and one door fewer is
 * to be watched. They share with it neither a server nor a rule of who may enter.
 *
 * @param registry of the process, which counts what comes in
 * @returns the server; undefined: hooks are off
 * @throws PortInUseError; ConfigError where a source lacks its secret
 */
export async function startHooks(
  doors: Omit<HookDependencies, 'secrets' | 'count'>,
  registry: ConstructorParameters<typeof HookMetrics>[0],
): Promise<FastifyInstance | undefined> {
  const { enabled, port, sources } = doors.config.hooks;
  const metrics = new HookMetrics(registry, new Set(enabled ? Object.keys(sources) : []));
  if (!enabled) return undefined;
  const secrets = loadHookSecrets(doors.config, process.env);
  const server = createHookServer({ ...doors, secrets, count: (source, result) => metrics.count(source, result) });
  try {
    await server.listen({ host: HOST, port });
  } catch (error) {
    await server.close();
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw portInUse(port, 'HOOKS_PORT');
    throw error;
  }
  return server;
}
