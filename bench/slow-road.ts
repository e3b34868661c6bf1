import { createServer, request as requestOf, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** A road to the paper venue on which every answer takes a while, and on which it is written down when requests arrive. */
export interface SlowRoad {
  readonly url: string;
  /** When each request arrived at the venue's end, monotonic milliseconds, in that order; by its path. */
  readonly arrivals: readonly { readonly path: string; readonly atMs: number }[];
  close(): Promise<void>;
}

/**
 * @param venueUrl where requests go, at once
 * @param latencyMs how long each answer is held back
 */
export async function openSlowRoad(venueUrl: string, latencyMs: number): Promise<SlowRoad> {
  const target = new URL(venueUrl);
  const arrivals: { path: string; atMs: number }[] = [];
  const forward = (incoming: IncomingMessage, response: ServerResponse): void => {
    const path = incoming.url ?? '/';
    arrivals.push({ path: path.split('?')[0] ?? path, atMs: performance.now() });
    // The venue answers under its own name alone.
    const options = { method: incoming.method, path, headers: { ...incoming.headers, host: target.host } };
    const outgoing = requestOf({ ...options, host: target.hostname, port: target.port }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', () => response.destroy());
      answer.on('end', () => {
        setTimeout(() => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          response.end(Buffer.concat(chunks));
        }, latencyMs).unref();
      });
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  };
  const server = createServer(forward);
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  return {
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    arrivals,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
