import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { quoteValue } from '../domain/quote-value';
import {
  guardRequest,
  type GuardRefusal,
  type GuardRules,
  hostsOf,
  namedHosts,
  SECURITY_HEADERS,
} from '../net/browser-guard';
import { PAGE_PATH } from './open-routes';
import { ApiError, type ApiErrorCode } from './errors';

const ERROR_CODES: Readonly<Record<GuardRefusal, ApiErrorCode>> = {
  HOST_REFUSED: 'HOST_REFUSED',
  ORIGIN_REFUSED: 'ORIGIN_REFUSED',
  MEDIA_TYPE_REFUSED: 'UNSUPPORTED_MEDIA_TYPE',
};

export interface OwnNames {
  readonly port: number;
  /** Names, with or without a port, that the API is also known by: a proxy with TLS may stand before them. */
  readonly allowedHosts: readonly string[];
  /** `host:port` of an address of its own that is none of the usual ones. */
  readonly ownHosts?: readonly string[];
}

/** Refuses what only a browser on someone else's behalf would send, before the body is read. */
export function guardAgainstBrowsers(server: FastifyInstance, { port, allowedHosts, ownHosts = [] }: OwnNames): void {
  // Reading changes nothing here, so a browser that does not say where a request comes from may read.
  const rules: GuardRules = {
    hosts: new Set([...hostsOf(port, allowedHosts), ...ownHosts]),
    tlsHosts: namedHosts(port, allowedHosts),
    bodies: 'json',
    silentBrowsers: 'allowed',
  };
  server.addHook('onRequest', ({ raw, routeOptions }, reply, done) => {
    void reply.headers(SECURITY_HEADERS);
    const isLinked = routeOptions.url === PAGE_PATH;
    const refusal = guardRequest(raw, isLinked ? { ...rules, linksFrom: ['same-site', 'cross-site'] } : rules);
    done(refusal && new ApiError(ERROR_CODES[refusal], describe(refusal, raw.headers, port)));
  });
}

/** @returns undefined: the catalogue's sentence says it */
function describe(refusal: GuardRefusal, headers: IncomingHttpHeaders, port: number): string | undefined {
  const { host, 'content-type': type } = headers;
  switch (refusal) {
    case 'HOST_REFUSED': {
      const given = host === undefined ? 'There is no Host header' : `The Host header is ${quoteValue(host)}`;
      return `${given}; use http://127.0.0.1:${port} or http://localhost:${port}, or add the name to api.allowedHosts.`;
    }
    case 'MEDIA_TYPE_REFUSED': {
      const given = type === undefined ? 'There is no content type' : `The content type is ${quoteValue(type)}`;
      return `${given}; send JSON with the header "Content-Type: application/json".`;
    }
    case 'ORIGIN_REFUSED':
      return undefined;
  }
}
