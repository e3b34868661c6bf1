import { STATUS_CODES } from 'node:http';
import zlib from 'node:zlib';
import undici = require('undici');
import type { Dispatcher } from 'undici';
import { currentTrace } from './request-trace';
import type { RequestTrace } from './request-trace';
import { TOO_LATE_CODE } from './venue-reply';

/** Sockets per venue; more requests than this at once wait for a socket. */
export const CONNECTIONS_MAX = 256;
/** How long an idle socket is kept; a shorter time announced by the venue wins. */
const IDLE_SOCKET_MS = 30_000;
/** The largest body read, as it arrives and as it is decoded; a venue's list of all markets is about 1 MiB. */
export const RESPONSE_BYTES_MAX = 16 * 1_024 * 1_024;

/** HTTP for one venue: bounded in time and size, redirects not followed, every request traced. */
export interface Transport {
  readonly dispatcher: Dispatcher;
  close(): Promise<void>;
}

/**
 * The venue's certificate is verified whatever Node's variables say: keys and orders go through here.
 *
 * @param requestTimeoutMs the longest a request may take from leaving to its last byte
 */
export function createTransport(requestTimeoutMs: number): Transport {
  const agent = new undici.Agent({
    connections: CONNECTIONS_MAX,
    pipelining: 1,
    keepAliveTimeout: IDLE_SOCKET_MS,
    connect: { timeout: requestTimeoutMs, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    headersTimeout: requestTimeoutMs,
    bodyTimeout: requestTimeoutMs,
    maxResponseSize: RESPONSE_BYTES_MAX,
    autoSelectFamily: true,
  });
  const dispatcher = agent.compose((dispatch) => (options, handler) => {
    const trace = currentTrace();
    return dispatch(options, trace === undefined ? handler : new TracingHandler(handler, trace, requestTimeoutMs));
  });
  return { dispatcher, close: () => agent.close() };
}

/** The fields of a ccxt instance that choose its HTTP client. */
export interface HttpClientFields {
  undiciModule: unknown;
  fetchImplementation: unknown;
  fetchDispatcher: unknown;
  zlibModule: unknown;
  httpStatusTexts: object;
  fetchIsNative: boolean;
  AbortError: unknown;
  FetchError: unknown;
}

/**
 * Gives a ccxt instance our transport in place of the one it would build: that one has no limit on a stalled body, and
 * falls back silently to another client where its own dynamic import fails.
 */
export function installTransport(exchange: HttpClientFields, transport: Transport): void {
  exchange.undiciModule = undici;
  exchange.fetchImplementation = boundedFetch;
  exchange.fetchDispatcher = transport.dispatcher;
  exchange.zlibModule = zlib;
  exchange.httpStatusTexts = STATUS_CODES;
  exchange.fetchIsNative = true;
  exchange.AbortError = DOMException;
  exchange.FetchError = TypeError;
}

type Fetch = typeof undici.fetch;

/**
 * undici's fetch with a bound on what comes out of the decoder: a megabyte of gzip can hold a gigabyte. The body is read
 * no faster than it is counted, so that what lies over the bound is never decoded.
 */
const boundedFetch: Fetch = async (input, init) => {
  const response = await undici.fetch(input, init);
  const { body, status, headers } = response;
  if (body === null) return response;
  let bytes = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes <= RESPONSE_BYTES_MAX) controller.enqueue(chunk);
      else controller.error(new undici.errors.ResponseExceededMaxSizeError('The decoded reply is too large'));
    },
  });
  return new undici.Response(body.pipeThrough(counter), { status, headers });
};

/** One coding is enough for everybody; each further one would multiply what the bound on the wire allows. */
function isCodedTwice(headers: ReplyHeaders): boolean {
  return Object.entries(headers).some(
    ([name, value]) => name.toLowerCase() === 'content-encoding' && String(value).includes(','),
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
  onResponseEnd(controller: Dispatcher.DispatchController, trailers: ReplyHeaders): void;
  onResponseError(controller: Dispatcher.DispatchController, error: Error): void;
}
type ReplyHeaders = Readonly<Record<string, string | string[] | undefined>>;

class TooLateError extends Error {
  readonly code = TOO_LATE_CODE;
}

/** Writes what happens to a request into its trace, and ends a reply that trickles in for too long. */
class TracingHandler extends DecoratorHandler {
  #deadline: NodeJS.Timeout | undefined;

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
      super.onRequestStart(controller, context);
      controller.abort(new TooLateError('The request waited too long for a connection'));
      return;
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
    if (isCodedTwice(headers)) {
      controller.abort(new undici.errors.NotSupportedError('The reply is encoded more than once'));
      return;
    }
    super.onResponseStart(controller, statusCode, headers, statusMessage);
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
