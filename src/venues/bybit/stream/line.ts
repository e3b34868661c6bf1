import type { Socket } from 'node:net';
import undici = require('undici');
import type { buildConnector, Dispatcher } from 'undici';
import type { OutwardProxy } from '../../../net/outward-proxy';

/** One message, whole and unpacked: some hundred order rows. */
const MESSAGE_BYTES_MAX = 262_144;
/** Until the socket is open; the session's own bound on becoming ready is as long. */
const CONNECT_TIMEOUT_MS = 10_000;

/** The way to the venue for one connection of the stream. */
export interface Line {
  readonly dispatcher: Dispatcher;
  /** Ends it at once, whether the other end answers or not. */
  cut(): void;
}

/**
 * The certificate is verified whatever Node's variables say: our authentication goes through here. A proxy sees the venue's
 * name alone.
 */
export function openLine(proxy: OutwardProxy | undefined): Line {
  const sockets = new Set<Socket>();
  const tls = { timeout: CONNECT_TIMEOUT_MS, rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const;
  const options = {
    connections: 1,
    headersTimeout: CONNECT_TIMEOUT_MS,
    webSocket: { maxPayloadSize: MESSAGE_BYTES_MAX },
  };
  const dispatcher =
    proxy === undefined
      ? new undici.Agent({
          ...options,
          connect: keeping(sockets, undici.buildConnector({ ...tls, autoSelectFamily: true })),
        })
      : new undici.ProxyAgent({
          ...options,
          uri: proxy.origin,
          token: proxy.authorization,
          requestTls: tls,
          proxyTls: { ...tls, autoSelectFamily: true },
          // The socket to the proxy carries the one to the venue.
          clientFactory: (origin, given: undici.Pool.Options) =>
            new undici.Pool(origin, {
              ...options,
              ...given,
              connect: keeping(sockets, given.connect as buildConnector.connector),
            }),
        });
  return {
    dispatcher,
    cut: () => {
      void dispatcher.destroy();
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
  };
}

/** A socket that speaks another protocol is no dispatcher's any more: it is remembered here. */
function keeping(sockets: Set<Socket>, connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error) return callback(error, null);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return callback(null, socket);
    });
}
