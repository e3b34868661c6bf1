import type { Client } from '@temporalio/client';
import type { Config } from '../config/schema';
import type { SignalIntake } from '../intake/types';

/**
 * A refused connection to this machine means that nothing runs; the Temporal client would keep trying for a while.
 *
 * @throws ServerUnavailableError when the embedded server does not run
 */
async function assertEmbeddedServerRuns(port: number, address: string): Promise<void> {
  const [{ isPortListening }, { ServerUnavailableError }] = await Promise.all([
    import('../net/ports'),
    import('../temporal/errors'),
  ]);
  if (await isPortListening(port)) return;
  const message = `No Temporal server runs at ${address}: start the system with "oncefill start", or set TEMPORAL_ADDRESS to a running server.`;
  throw new ServerUnavailableError('TEMPORAL_UNREACHABLE', message);
}

/**
 * Connects, does one thing, and closes the connection.
 *
 * @throws ServerUnavailableError when no server answers
 */
export async function withClient<Result>(config: Config, use: (client: Client) => Promise<Result>): Promise<Result> {
  const { connectClient, embeddedAddress, resolveTarget } = await import('../temporal/connection');
  const target = resolveTarget(config);
  const { port } = config.temporal;
  if (target.address === embeddedAddress(port)) await assertEmbeddedServerRuns(port, target.address);
  const { client, connection } = await connectClient(target);
  try {
    return await use(client);
  } finally {
    await connection.close();
  }
}

/**
 * Intake over a connection of its own.
 *
 * @throws ServerUnavailableError when no server answers
 */
export async function withSignalIntake<Result>(
  config: Config,
  use: (intake: SignalIntake) => Promise<Result>,
): Promise<Result> {
  const { createSignalIntake } = await import('../intake/signal-intake');
  return withClient(config, (client) => use(createSignalIntake({ client, config, isShortLived: true })));
}
