import type { Dictionary } from 'ccxt';
import type { Credentials } from '../ccxt/credentials';
import { CcxtBybit, ccxtErrors } from '../ccxt/load-exchange';
import { currentTrace } from '../ccxt/request-trace';
import { installTransport } from '../ccxt/transport';
import type { Transport } from '../ccxt/transport';
import type { VenueClock } from '../ccxt/venue-clock';

/** Sent as user agent and as the venue's broker field. */
const CLIENT_NAME = 'oncefill';
/** The one code of an answer that is no refusal, as a number and as a text. */
const ACCEPTED: readonly unknown[] = [0, '0'];

export interface BybitClientOptions {
  /** Scheme and host without a path, for example `https://api.bybit.com`. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  readonly receiveWindowMs: number;
  readonly requestTimeoutMs: number;
  readonly clock: VenueClock;
  readonly transport: Transport;
}

/**
 * ccxt's Bybit with what it lacks for orders: an unreadable answer is an error, every failure is a ccxt error, requests
 * are signed with the venue's clock, and each request writes its own trace. It neither queues nor repeats.
 */
export class BybitClient extends CcxtBybit {
  private readonly clock: VenueClock;

  constructor(options: BybitClientOptions) {
    // Every section needs the address: a section left out keeps the real venue's.
    const sections = ['spot', 'futures', 'v2', 'public', 'private'];
    super({
      apiKey: options.credentials.apiKey.reveal(),
      secret: options.credentials.apiSecret.reveal(),
      number: String,
      timeout: options.requestTimeoutMs,
      enableRateLimit: false,
      userAgent: CLIENT_NAME,
      urls: { api: Object.fromEntries(sections.map((section) => [section, options.baseUrl])) },
      options: { recvWindow: options.receiveWindowMs, maxRetriesOnFailure: 0, brokerId: CLIENT_NAME },
    });
    this.clock = options.clock;
    this.enableLastResponseHeaders = false;
    this.enableLastHttpResponse = false;
    this.enableLastJsonResponse = false;
    installTransport(this, options.transport);
    this.fetchImplementationLoading = Promise.resolve();
  }

  override nonce(): number {
    const signedAtMs = this.clock.nowMs();
    const trace = currentTrace();
    if (trace !== undefined) trace.signedAtMs = signedAtMs;
    return signedAtMs;
  }

  override async fetch(url: string, method?: string, headers?: unknown, body?: unknown): Promise<unknown> {
    try {
      return await super.fetch(url, method, headers, body);
    } catch (error) {
      if (error instanceof ccxtErrors.BaseError) throw error;
      // A body that breaks off or stalls ends in an error of the HTTP client, which ccxt lets through.
      const failure = new ccxtErrors.NetworkError(`${this.id} ${String(method)} request failed`);
      failure.cause = error;
      throw failure;
    }
  }

  override onRestResponse(
    _statusCode: unknown,
    _statusText: unknown,
    _url: unknown,
    _method: unknown,
    _responseHeaders: unknown,
    responseBody: string,
  ): string {
    const trace = currentTrace();
    if (trace !== undefined) trace.text = responseBody;
    return responseBody.trim();
  }

  override handleErrors(
    httpCode: number,
    reason: string,
    url: string,
    method: string,
    headers: Dictionary<unknown>,
    body: string,
    response: unknown,
    requestHeaders: unknown,
    requestBody: unknown,
  ): undefined {
    // Errors by status come from handleHttpStatusCode, which runs next.
    if (httpCode >= 300 && !isObject(response)) return undefined;
    if (!isObject(response) || response['retCode'] === undefined)
      throw new ccxtErrors.BadResponse(`${this.id} no retCode`);
    super.handleErrors(httpCode, reason, url, method, headers, body, response, requestHeaders, requestBody);
    // ccxt takes a code of an older interface for well, and believes an older field before this one: a refusal that is read as an
    // empty list would be the proof that an order is not there.
    if (!ACCEPTED.includes(response['retCode'])) throw new ccxtErrors.ExchangeError(`${this.id} refused`);
    if (!isObject(response['result'])) throw new ccxtErrors.BadResponse(`${this.id} no result`);
    return undefined;
  }

  override handleHttpStatusCode(code: number, reason: string, url: string, method: string, body: string): void {
    super.handleHttpStatusCode(code, reason, url, method, body);
    if (code >= 300) throw new ccxtErrors.BadResponse(`${this.id} unexpected status ${code}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
