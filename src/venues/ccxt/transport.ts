import { STATUS_CODES } from 'node:http';
import undici = require('undici');
import type { Dispatcher } from 'undici';
import type { OutwardProxy } from '../../net/outward-proxy';
import { currentTrace } from './request-trace';
import type { RequestTrace } from './request-trace';
import { currentPurse, type Purse, type RequestPermits } from '../request-permit';
import { NO_PERMIT_CODE, TOO_LATE_CODE } from './venue-reply';

/** Sockets per venue; more requests than this at once wait for a socket. */
export const CONNECTIONS_MAX = 256;
/** How long an idle socket is kept; a shorter time announced by the venue wins. */
const IDLE_SOCKET_MS = 30_000;
const ACCEPT_ENCODING = 'accept-encoding';
/** The name of no coding at all. */
const PLAIN_CODING = 'identity';
/** The largest body read; a venue's list of all markets is about 1 MiB. What is asked for may allow less. */
export const RESPONSE_BYTES_MAX = 4 * 1_024 * 1_024;
/** The code of a reply that was refused because its body would have to be decoded. */
export const ENCODED_REPLY_CODE = 'ENCODED_REPLY';

/**
 * HTTP for one venue: bounded in time and size, redirects not followed, every request traced, and held back where it brings
 * no permit. Bodies come as they are: a megabyte of gzip can hold a gigabyte, so none is asked for and none is accepted.
 */
export interface Transport {
  readonly dispatcher: Dispatcher;
  close(): Promise<void>;
}

/** Sockets to the venue itself, or through a proxy that sees nothing but the venue's name: TLS ends at the venue either way. */
function createAgent(requestTimeoutMs: number, proxy: OutwardProxy | undefined): Dispatcher {
  const connect = { timeout: requestTimeoutMs, rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const;
  const options = {
    connections: CONNECTIONS_MAX,
    pipelining: 1,
    keepAliveTimeout: IDLE_SOCKET_MS,
    headersTimeout: requestTimeoutMs,
    bodyTimeout: requestTimeoutMs,
    maxResponseSize: RESPONSE_BYTES_MAX,
    autoSelectFamily: true,
  };
  if (proxy === undefined) return new undici.Agent({ ...options, connect });
  return new undici.ProxyAgent({
    ...options,
    uri: proxy.origin,
    token: proxy.authorization,
    requestTls: connect,
    proxyTls: { ...connect, autoSelectFamily: true },
    // For the sockets to the proxy, which would otherwise wait for minutes for one that does not answer.
    clientFactory: (origin, clientOptions) => new undici.Pool(origin, { ...options, ...clientOptions }),
  });
}

/**
 * The venue's certificate is verified whatever Node's variables say: keys and orders go through here. A request that a proxy
 * did not let through has not left.
 *
 * @param requestTimeoutMs the longest a request may take from leaving to its last byte
 * @param permits whether a request without one is held back
 * @param proxy on the way to the venue; absent: there is none
 */
export function createTransport(
  requestTimeoutMs: number,
  permits: 'needed' | Extract<RequestPermits, 'not needed'>,
  proxy?: OutwardProxy,
): Transport {
  const agent = createAgent(requestTimeoutMs, proxy);
  const dispatcher = agent.compose((dispatch) => (options, handler) => {
    const trace = currentTrace();
    const plain = new PlainBodyHandler(handler);
    const traced = trace === undefined ? plain : new TracingHandler(plain, trace, requestTimeoutMs);
    return dispatch(
      { ...options, headers: askForPlainBody(options.headers) },
      permits === 'needed' ? new PermitHandler(traced, currentPurse()) : traced,
    );
  });
  return { dispatcher, close: () => agent.close() };
}

/** The fields of a ccxt instance that choose its HTTP client. */
export interface HttpClientFields {
  undiciModule: unknown;
  fetchImplementation: unknown;
  fetchDispatcher: unknown;
  httpStatusTexts: object;
  fetchIsNative: boolean;
  AbortError: unknown;
  FetchError: unknown;
}

/**
 * Gives a ccxt instance our transport in place of the one it would build: that one has no limit on a stalled body, and
 * falls back silently to another client where its own dynamic import fails. Nothing to decode with is given.
 */
export function installTransport(exchange: HttpClientFields, transport: Transport): void {
  exchange.undiciModule = undici;
  exchange.fetchImplementation = refuseFetch;
  exchange.fetchDispatcher = transport.dispatcher;
  exchange.httpStatusTexts = STATUS_CODES;
  exchange.fetchIsNative = true;
  exchange.AbortError = DOMException;
  exchange.FetchError = TypeError;
}

/** ccxt wants one to be there, and asks by undici's `request`; that one decodes nothing by itself, as `fetch` would. */
function refuseFetch(): never {
  throw new Error('Requests to a venue are not made by fetch');
}

/** Whoever makes the request, undici or ccxt, adds the codings that he can undo: ours are the last words. */
function askForPlainBody(
  headers: Dispatcher.DispatchOptions['headers'],
): Record<string, string | string[] | undefined> {
  if (headers !== undefined && headers !== null && Symbol.iterator in headers) {
    throw new undici.errors.InvalidArgumentError('The headers of a request have to be a plain object');
  }
  const others = Object.entries(headers ?? {}).filter(([name]) => name.toLowerCase() !== ACCEPT_ENCODING);
  return { ...Object.fromEntries(others), [ACCEPT_ENCODING]: PLAIN_CODING };
}

/** Whether somebody would have to decode the body, in whatever coding. */
function isEncoded(headers: ReplyHeaders): boolean {
  return Object.entries(headers).some(
    ([name, value]) =>
      name.toLowerCase() === 'content-encoding' && !['', PLAIN_CODING].includes(String(value).trim().toLowerCase()),
  );
}

// undici's types declare this class without its methods.
const DecoratorHandler = undici.DecoratorHandler as unknown as new (
  handler: Dispatcher.DispatchHandler,
) => ResponseHandler;
interface ResponseHandler {
  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void;
  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: ReplyHeaders,
    statusMessage?: string,
  ): void;
  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void;
  onResponseEnd(controller: Dispatcher.DispatchController, trailers: ReplyHeaders): void;
  onResponseError(controller: Dispatcher.DispatchController, error: Error): void;
}
type ReplyHeaders = Readonly<Record<string, string | string[] | undefined>>;

class TooLateError extends Error {
  readonly code = TOO_LATE_CODE;
}

class NoPermitLeftError extends Error {
  readonly code = NO_PERMIT_CODE;
}

class EncodedReplyError extends Error {
  readonly code = ENCODED_REPLY_CODE;
}

/** Ends a reply whose body is encoded at its head, before whoever decodes gets to know of it. */
class PlainBodyHandler extends DecoratorHandler {
  override onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: ReplyHeaders,
    statusMessage?: string,
  ): void {
    if (isEncoded(headers)) controller.abort(new EncodedReplyError('The reply is encoded, which was not asked for'));
    else super.onResponseStart(controller, statusCode, headers, statusMessage);
  }
}

/**
 * Lets a request leave with a permit that is good right before its first byte, and with no other. Thrown, not aborted: the
 * connection stays, so that whoever was held back because it took long to open finds it open.
 */
class PermitHandler extends DecoratorHandler {
  constructor(
    handler: Dispatcher.DispatchHandler,
    private readonly purse: Purse | undefined,
  ) {
    super(handler);
  }

  override onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    if (this.purse?.take(performance.now()) !== true) throw new NoPermitLeftError('The request brings no permit');
    super.onRequestStart(controller, context);
  }
}

/** Writes what happens to a request into its trace, and ends a reply that trickles in for too long. */
class TracingHandler extends DecoratorHandler {
  #deadline: NodeJS.Timeout | undefined;
  #bytes = 0;

  constructor(
    handler: Dispatcher.DispatchHandler,
    private readonly trace: RequestTrace,
    private readonly requestTimeoutMs: number,
  ) {
    super(handler);
  }

  /** Called when a connection is there, right before the first byte: the last instant at which a request can be held back. */
  override onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    if (performance.now() > (this.trace.sendBeforeMonotonicMs ?? Infinity)) {
      // As for a permit, the connection stays.
      throw new TooLateError('The request waited too long for a connection');
    }
    this.trace.sentAtMonotonicMs = performance.now();
    // bodyTimeout measures the gap between two chunks: one byte per second would never reach it.
    this.#deadline = setTimeout(() => {
      controller.abort(new undici.errors.BodyTimeoutError('The reply did not end in time'));
    }, this.requestTimeoutMs);
    super.onRequestStart(controller, context);
  }

  override onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: ReplyHeaders,
    statusMessage?: string,
  ): void {
    this.trace.receivedAtMonotonicMs = performance.now();
    this.trace.httpStatus = statusCode;
    this.trace.headers = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    );
    super.onResponseStart(controller, statusCode, headers, statusMessage);
  }

  override onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes <= (this.trace.replyBytesMax ?? RESPONSE_BYTES_MAX)) super.onResponseData(controller, chunk);
    else controller.abort(new undici.errors.ResponseExceededMaxSizeError('The reply is too large'));
  }

  override onResponseEnd(controller: Dispatcher.DispatchController, trailers: ReplyHeaders): void {
    clearTimeout(this.#deadline);
    super.onResponseEnd(controller, trailers);
  }

  override onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.#deadline);
    this.trace.transportError = transportErrorCode(error);
    super.onResponseError(controller, error);
  }
}

/** A short name for a transport failure. Codes only: messages may hold addresses and header values. */
function transportErrorCode(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : (name ?? 'unknown');
}
