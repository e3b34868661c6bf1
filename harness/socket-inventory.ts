import { join } from 'node:path';
import type { Config } from '../src/config/schema';
import type { ListedSocket, UnixSocketFile } from '../src/net/sockets';
import type { ListeningSocket } from './listening-sockets';

/** A socket of the product, with what is known of its owner. */
export interface ProductSocket extends Pick<ListeningSocket, 'transport' | 'address' | 'port'> {
  /** As in the list: `api`, `temporal_server` … */
  readonly process: string;
  /** As in the list, where asking the socket told. */
  readonly name?: string;
}

export interface Inventory {
  /** Each socket that is on the list. */
  readonly matched: readonly { readonly socket: ProductSocket; readonly listed: ListedSocket }[];
  /** A sentence for every socket that is not on the list or not on loopback, and for every listed one that is not there. */
  readonly problems: readonly string[];
}

/** Compares what listens with what should. */
export function takeInventory(
  sockets: readonly ProductSocket[],
  list: readonly ListedSocket[],
  config: Config,
): Inventory {
  const left = new Map(list.map((listed) => [listed, listed.count]));
  const matched: { socket: ProductSocket; listed: ListedSocket }[] = [];
  const problems: string[] = [];
  for (const socket of sockets) {
    if (socket.transport !== 'unix' && !isLoopback(socket.address))
      problems.push(`${describe(socket)} is not on loopback.`);
    const listed = list.find((candidate) => (left.get(candidate) ?? 0) > 0 && fits(socket, candidate, config));
    if (listed) {
      left.set(listed, (left.get(listed) ?? 0) - 1);
      matched.push({ socket, listed });
    } else problems.push(`${describe(socket)} is not on the list; give it a guard and put it into src/net/sockets.ts.`);
  }
  for (const [{ name }, count] of left)
    if (count > 0) problems.push(`${count} of "${name}" on the list are not there.`);
  return { matched, problems };
}

function fits(socket: ProductSocket, listed: ListedSocket, config: Config): boolean {
  if (socket.process !== listed.process) return false;
  if (isFile(listed.port)) {
    return socket.transport === 'unix' && socket.address === join(config.dataDir, listed.port);
  }
  const port = portOf(listed.port, config);
  return (
    socket.transport === 'tcp' &&
    (socket.name ?? listed.name) === listed.name &&
    isAt(socket.address, listed, config) &&
    (port === undefined || socket.port === port)
  );
}

function isAt(address: string, { address: expected }: ListedSocket, { api }: Config): boolean {
  if (expected === '127.a.b.c') return isLoopback(address) && address !== '127.0.0.1';
  if (expected === 'api.host') return address === (api.host === 'localhost' ? '127.0.0.1' : api.host);
  return address === expected;
}

function portOf(
  port: Exclude<ListedSocket['port'], UnixSocketFile>,
  { api, hooks, paperVenue, temporal }: Config,
): number | undefined {
  const ports = {
    'api.port': api.port,
    'hooks.port': hooks.port,
    'paperVenue.port': paperVenue.port,
    'temporal.port': temporal.port,
    'temporal.uiPort': temporal.uiPort,
    random: undefined,
  };
  return ports[port];
}

function isFile(port: ListedSocket['port']): port is UnixSocketFile {
  return port.startsWith('run/');
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^127(\.\d+){3}$/.test(address);
}

function describe({ process, transport, address, port }: ProductSocket): string {
  return `${transport} ${address}:${port} of ${process}`;
}
