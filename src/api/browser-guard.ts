import type { FastifyInstance } from 'fastify';
import { guardRequest, type GuardRefusal } from '../net/browser-guard';
import { ApiError, type ApiErrorCode } from './errors';

/** The API answers with data only; whatever shows it in a browser may neither frame, embed nor run it. */
const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const ERROR_CODES: Readonly<Record<GuardRefusal, ApiErrorCode>> = {
  HOST_REFUSED: 'HOST_REFUSED',
  ORIGIN_REFUSED: 'ORIGIN_REFUSED',
  MEDIA_TYPE_REFUSED: 'UNSUPPORTED_MEDIA_TYPE',
};

/**
 * Refuses what only a browser on someone else's behalf would send, before the body is read.
 *
 * @param hosts the `host:port` that clients may write into the Host header, in lower case
 */
export function guardAgainstBrowsers(server: FastifyInstance, hosts: ReadonlySet<string>): void {
  server.addHook('onRequest', async ({ raw }, reply) => {
    void reply.headers(SECURITY_HEADERS);
    // Reading changes nothing here, so a browser that does not say where a request comes from may read.
    const refusal = guardRequest(raw, { hosts, bodies: 'json', silentBrowsers: 'allowed' });
    if (refusal !== undefined) throw new ApiError(ERROR_CODES[refusal]);
  });
}
