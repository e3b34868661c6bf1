import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from './errors';

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** The API answers with data only; whatever shows it in a browser may neither frame nor run it. */
const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

function checkRequest(request: FastifyRequest, hosts: ReadonlySet<string>): void {
  const { host, origin, 'sec-fetch-site': site } = request.headers;
  // A page of another host name that resolves to 127.0.0.1 (DNS rebinding) still sends its own name.
  if (host === undefined || !hosts.has(host.toLowerCase())) throw new ApiError('HOST_REFUSED');
  if (origin !== undefined && !hosts.has(origin.replace(/^http:\/\//, ''))) throw new ApiError('ORIGIN_REFUSED');
  // Browsers send no Origin with plain cross-site GET requests, but say where they come from.
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new ApiError('ORIGIN_REFUSED');
}

/**
 * Refuses what only a browser on someone else's behalf would send. Listening on loopback alone is no protection: any
 * web page that the user opens can send requests there.
 *
 * @param allowedHosts names, with or without a port, that the API is also known by
 */
export function guardAgainstBrowsers(
  server: FastifyInstance,
  port: number,
  allowedHosts: readonly string[] = [],
): void {
  const names = [...LOOPBACK_NAMES, ...allowedHosts.map((name) => name.toLowerCase())];
  // A proxy in front may listen on the port that nobody names.
  const hosts = new Set([...names.map((name) => `${name}:${port}`), ...names.slice(LOOPBACK_NAMES.length)]);
  server.addHook('onRequest', async (request, reply) => {
    void reply.headers(SECURITY_HEADERS);
    checkRequest(request, hosts);
  });
}
