import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/**
 * Below what systems hand out by themselves (from 32768 on Linux): a port that was free a moment ago is not taken meanwhile
 * by somebody's outgoing connection, or by a Temporal server that picks ports of its own.
 */
const PORT_MIN = 12_000;
const PORT_MAX = 32_000;
/** Ports tried for each that is wanted. */
const TRIES_MAX = 100;

/**
 * Ports of 127.0.0.1 that nothing listens on at this moment, for installations that run beside others. All are held until
 * the last is found, so that none is found twice.
 *
 * @throws Error when hardly any port is free
 */
export async function findFreePorts(count: number): Promise<readonly number[]> {
  const held: { readonly port: number; readonly server: Server }[] = [];
  try {
    for (let tries = 0; held.length < count; tries += 1) {
      if (tries === TRIES_MAX * count) throw new Error(`No ${count} free ports from ${PORT_MIN} to ${PORT_MAX}.`);
      const port = randomInt(PORT_MIN, PORT_MAX);
      const server = await listenOn(port);
      if (server) held.push({ port, server });
    }
    return held.map(({ port }) => port);
  } finally {
    await Promise.all(held.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  }
}

/** One such port. */
export async function findFreePort(): Promise<number> {
  const [port = 0] = await findFreePorts(1);
  return port;
}

/** @returns undefined when the port cannot be had */
function listenOn(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}
