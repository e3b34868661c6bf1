import type { Client } from '@temporalio/client';
import type { Config } from '../config/schema';
import { environmentOf } from '../config/trading-environment';
import { hasWebUi } from '../config/web-ui';
import { openClient } from '../temporal/client';
import { historyKeys } from '../temporal/codec/history-keys';
import { claimHistoryKeys, type KeyUser } from '../temporal/codec/key-marks';
import { connectServer, externalTarget, resolveTarget, type ServerTarget } from '../temporal/connection';
import { startEmbeddedServer, type EmbeddedServerOptions } from '../temporal/embedded-server';
import { ensureNamespace, type NamespaceRequirements } from '../temporal/namespace';
import { assertOwnStore, keepOwnStore } from '../temporal/own-store';
import { ensureSearchAttributes } from '../temporal/search-attributes';
import { EmbeddedServerKeeper, type ServerCare } from './embedded-server-keeper';

/** The Temporal server that a start uses. */
export interface TemporalServer {
  readonly target: ServerTarget;
  /** For people: where it is and whose it is. */
  readonly description: string;
  /** Known for the embedded server only. */
  readonly uiUrl?: string;
}

/** How the embedded server of a configuration runs. */
export function embeddedServerOptions(config: Config, progress: (line: string) => void): EmbeddedServerOptions {
  const { dataDir, temporal } = config;
  const { port } = temporal;
  const environment = environmentOf(config);
  const uiPort = hasWebUi(config, environment) ? temporal.uiPort : undefined;
  // The test network's orders outlive a power cut here, too.
  const durability = environment === 'paper' ? 'paper' : 'live';
  return { dataDir, port, uiPort, durability, environment, progress };
}

/** Makes the keeper of the embedded server. @returns undefined when the user named a server of their own */
export function createServerKeeper(
  config: Config,
  print: (line: string, isError?: boolean) => void,
  care?: ServerCare,
): EmbeddedServerKeeper | undefined {
  const { address, namespace } = config.temporal;
  if (externalTarget({ address, namespace })) return undefined;
  return new EmbeddedServerKeeper(embeddedServerOptions(config, print), print, startEmbeddedServer, care);
}

/**
 * Gets a server that serves our namespace with its search attributes, in the store that this data folder knows.
 *
 * @param keeper of the embedded server; undefined: the user's own server is used
 * @param keyUser who asks for the keys of histories: an engine, if this start runs one
 * @throws ServerUnavailableError, ServerJoinError, PortInUseError, OtherStoreError, NamespaceError, ConfigError, HistoryKeyError
 */
export async function prepareServer(
  config: Config,
  keeper: EmbeddedServerKeeper | undefined,
  keyUser: KeyUser,
): Promise<TemporalServer> {
  const target = resolveTarget(config);
  const keys = historyKeys();
  const embedded = await keeper?.start();
  const connection = await connectServer(target);
  try {
    const { namespace } = config.temporal;
    const place = { dataDir: config.dataDir, namespace };
    const store = { place, address: target.address, isEmbedded: target.isEmbedded, asker: connection };
    // Before anything is made there: a store that lost its namespace is another one.
    await assertOwnStore(store);
    await ensureNamespace(connection, namespaceNeeds(config));
    await keepOwnStore(store);
    await ensureSearchAttributes(connection, namespace);
    await claimHistoryKeys(openClient(connection, namespace), keyUser, keys);
  } finally {
    await connection.close();
  }
  if (!embedded) return { target, description: `${target.address} (your server)` };
  const owner = embedded.owned ? `embedded, process ${embedded.pid}` : 'embedded, run by another start';
  return { target, description: `${target.address} (${owner})`, uiUrl: embedded.uiUrl };
}

/** Asks a server that a person is about to accept, whose namespace is made if it has none. */
export async function openNamespace<Answer>(config: Config, ask: (client: Client) => Promise<Answer>): Promise<Answer> {
  const connection = await connectServer(resolveTarget(config));
  try {
    await ensureNamespace(connection, namespaceNeeds(config));
    return await ask(openClient(connection, config.temporal.namespace));
  } finally {
    await connection.close();
  }
}

function namespaceNeeds(config: Config): NamespaceRequirements {
  const { namespace, retentionHours } = config.temporal;
  const { dedupWindowSeconds } = config.signals;
  return { namespace, environment: environmentOf(config), retentionHours, dedupWindowSeconds };
}
