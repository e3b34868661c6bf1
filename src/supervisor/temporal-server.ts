import type { Config } from '../config/schema';
import { environmentOf } from '../config/trading-environment';
import { connectClient, externalTarget, resolveTarget, type ServerTarget } from '../temporal/connection';
import { ensureNamespace } from '../temporal/namespace';
import { ensureSearchAttributes } from '../temporal/search-attributes';
import { EmbeddedServerKeeper } from './embedded-server-keeper';

/** The Temporal server that a start uses. */
export interface TemporalServer {
  readonly target: ServerTarget;
  /** For people: where it is and whose it is. */
  readonly description: string;
  /** Known for the embedded server only. */
  readonly uiUrl?: string;
}

/** Makes the keeper of the embedded server. @returns undefined when the user named a server of their own */
export function createServerKeeper(config: Config, print: (line: string) => void): EmbeddedServerKeeper | undefined {
  const { address, namespace, port, uiPort } = config.temporal;
  if (externalTarget({ address, namespace })) return undefined;
  const isLive = config.venues[config.venue]?.environment === 'live';
  const durability = isLive ? 'live' : 'paper';
  return new EmbeddedServerKeeper({ dataDir: config.dataDir, port, uiPort, durability, progress: print }, print);
}

/**
 * Gets a server that serves our namespace with its search attributes.
 *
 * @param keeper of the embedded server; undefined: the user's own server is used
 * @throws ServerUnavailableError, PortInUseError, NamespaceError, ConfigError
 */
export async function prepareServer(config: Config, keeper: EmbeddedServerKeeper | undefined): Promise<TemporalServer> {
  const target = resolveTarget(config);
  const embedded = await keeper?.start();
  const { connection } = await connectClient(target);
  try {
    const { namespace, retentionHours } = config.temporal;
    await ensureNamespace(connection, {
      namespace,
      environment: environmentOf(config),
      retentionHours,
      dedupWindowSeconds: config.signals.dedupWindowSeconds,
    });
    await ensureSearchAttributes(connection, namespace);
  } finally {
    await connection.close();
  }
  if (!embedded) return { target, description: `${target.address} (your server)` };
  const owner = embedded.owned ? `embedded, process ${embedded.pid}` : 'embedded, run by another start';
  return { target, description: `${target.address} (${owner})`, uiUrl: embedded.uiUrl };
}
