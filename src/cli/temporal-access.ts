import type { Client } from '@temporalio/client';
import type { Config } from '../config/schema';
import type { SignalIntake } from '../intake/types';
import { redact } from '../secrets/known-secrets';
import { ANY_STORE, type StoreGate } from '../temporal/store-gate';
import { printErrorLine } from './terminal';

/**
 * A refused connection to this machine means that nothing runs; the Temporal client would keep trying for a while.
 *
 * @throws ServerUnavailableError when the embedded server does not run
 */
export async function assertEmbeddedServerRuns(port: number, address: string, dataDir: string): Promise<void> {
  const [{ isPortListening }, { ServerUnavailableError }] = await Promise.all([
    import('../net/ports'),
    import('../temporal/errors'),
  ]);
  if (await isPortListening(port)) return;
  const starter = await runningStart(dataDir);
  if (starter !== undefined) {
    const message = `The Temporal server at ${address} does not answer just now, and "oncefill start" (process ${starter}) runs: it is being started again. Repeat the command in a few seconds.`;
    throw new ServerUnavailableError('TEMPORAL_UNREACHABLE', message);
  }
  const message = `No Temporal server runs at ${address}: start the system with "oncefill start", or set TEMPORAL_ADDRESS to a running server.`;
  throw new ServerUnavailableError('TEMPORAL_UNREACHABLE', message);
}

/** What to say of an embedded server whose port is open and that does not answer: nobody has to start it where a start runs. */
export async function silentServerError(dataDir: string, address: string, error: unknown): Promise<unknown> {
  const { ServerUnavailableError } = await import('../temporal/errors');
  const isSilent = error instanceof ServerUnavailableError && error.code === 'TEMPORAL_UNREACHABLE';
  const starter = isSilent ? await runningStart(dataDir) : undefined;
  if (starter === undefined) return error;
  const message = `The Temporal server at ${address} runs and does not answer: it hangs, or is overloaded. "oncefill start" (process ${starter}) runs, and ends it and starts it again when it stays silent. Repeat the command in a minute.`;
  return new ServerUnavailableError('TEMPORAL_UNREACHABLE', message, { cause: error });
}

/** The process of a `start` on this data folder. It watches over the embedded server. */
async function runningStart(dataDir: string): Promise<number | undefined> {
  const [{ readRunningPid }, { startLockPath }, { START_MODES }] = await Promise.all([
    import('../process/pid-file'),
    import('../supervisor/run-folder'),
    import('../supervisor/plan'),
  ]);
  return START_MODES.map((mode) => readRunningPid(startLockPath(dataDir, mode))).find((pid) => pid !== undefined);
}

/**
 * What a command does there. To act and to halt need the store that this data folder trades with; to halt is allowed on a
 * server that is not good enough to act on (`resolveTarget`), as is looking, and asking for the store itself.
 */
export type Purpose = 'act' | 'halt' | 'look' | 'ask';

/** What a command has while it is connected. */
export interface Access {
  readonly client: Client;
  readonly store: StoreGate;
}

/**
 * Connects, does one thing, and closes the connection. Another store than ours is told to who only looks.
 *
 * @throws ServerUnavailableError when no server answers
 * @throws OtherStoreError, DataFolderEnvironmentError before anything is done, for who acts or halts
 * @throws ConfigError when it would act on a server that is not good enough for it
 */
export async function withClient<Result>(
  config: Config,
  purpose: Purpose,
  use: (access: Access) => Promise<Result>,
): Promise<Result> {
  const [connections, { askingGate }, { checkDataFolder }] = await Promise.all([
    import('../temporal/connection'),
    import('../temporal/own-store'),
    import('../temporal/folder-environment'),
  ]);
  const { connectClient, embeddedAddress, resolveAnyTarget, resolveTarget } = connections;
  const changes = purpose === 'act' || purpose === 'halt';
  if (changes) checkDataFolder(config);
  const target = purpose === 'act' ? resolveTarget(config) : resolveAnyTarget(config);
  const { dataDir } = config;
  const { address, namespace, isEmbedded } = target;
  if (address === embeddedAddress(config.temporal.port))
    await assertEmbeddedServerRuns(config.temporal.port, address, dataDir);
  const { client, connection } = await connectClient(target).catch(async (error: unknown) => {
    throw isEmbedded ? await silentServerError(dataDir, address, error) : error;
  });
  try {
    const store = askingGate({ place: { dataDir, namespace }, address, isEmbedded, asker: client });
    if (changes) await store.confirm();
    if (purpose === 'look') await warnOfStore(store);
    return await use({ client, store });
  } catch (error) {
    // Who acts tells by itself what may have been done; who only looks has one sentence.
    if (purpose !== 'look') throw error;
    const { unansweredError } = connections;
    throw unansweredError(target, error) ?? error;
  } finally {
    await connection.close();
  }
}

/** What is shown of another store is no lie, only not ours. */
async function warnOfStore(store: StoreGate): Promise<void> {
  try {
    await store.confirm();
  } catch (error) {
    const isOther = error instanceof Error && error.name === 'OtherStoreError';
    if (isOther) printErrorLine(`Warning: ${error.message}`);
  }
}

/**
 * Intake over a connection of its own.
 *
 * @throws what `withClient` throws
 */
export async function withSignalIntake<Result>(
  config: Config,
  purpose: Purpose,
  use: (intake: SignalIntake) => Promise<Result>,
): Promise<Result> {
  const [{ createSignalIntake }, { DiskWatch }, { wasDiskLowBefore }, { DoorTrace }, { tracedIntake }] =
    await Promise.all([
      import('../intake/signal-intake'),
      import('../intake/disk-watch'),
      import('../observability/alerts/disk-look'),
      import('../intake/door-trace'),
      import('../intake/traced-intake'),
    ]);
  const { dataDir } = config;
  const trace = new DoorTrace({ dataDir, redact });
  return withClient(config, purpose, ({ client, store: gate }) => {
    // Who only looks was warned, and may look at what is there.
    const store = purpose === 'look' ? ANY_STORE : gate;
    const disk = new DiskWatch({ dataDir, ...config.storage, wasLow: wasDiskLowBefore(dataDir) });
    const intake = createSignalIntake({ client, config, store, disk, isShortLived: true });
    return use(tracedIntake(intake, { by: 'cli' }, trace));
  });
}
