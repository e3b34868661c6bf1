import type { OutwardProxy } from '../../../net/outward-proxy';
import type { Credentials } from '../../ccxt/credentials';
import type { StreamHint, StreamReport, VenueStream } from '../../stream';
import { StreamConnection, tellAll } from './connection';
import { authentication, readMessage, SUBSCRIPTION } from './messages';

export interface BybitStreamOptions {
  readonly url: string;
  readonly credentials: Credentials;
  readonly symbols: ReadonlySet<string>;
  /** The venue's clock, milliseconds UTC. */
  readonly venueNowMs: () => number;
  readonly proxy?: OutwardProxy;
}

/** Bybit's private stream: tells of our orders, to whoever holds the keys. */
export class BybitStream implements VenueStream {
  // Hidden from every way of printing an object: it holds the keys.
  readonly #connection: StreamConnection<StreamHint>;
  private readonly hintListeners: ((hint: StreamHint) => void)[] = [];

  constructor({ url, credentials, symbols, venueNowMs, proxy }: BybitStreamOptions) {
    this.#connection = new StreamConnection({
      url,
      proxy,
      authentication: () => authentication(credentials, venueNowMs()),
      subscriptions: () => [SUBSCRIPTION],
      read: (text) => {
        const { event, hints: news } = readMessage(text, symbols);
        return { event, news };
      },
      tell: (hint) => tellAll(this.hintListeners, hint),
    });
  }

  get isLive(): boolean {
    return this.#connection.isLive;
  }

  start(): void {
    this.#connection.start();
  }

  close(): void {
    this.#connection.close();
  }

  report(): StreamReport {
    return this.#connection.report();
  }

  onHint(listener: (hint: StreamHint) => void): void {
    this.hintListeners.push(listener);
  }

  onGap(listener: () => void): void {
    this.#connection.onGap(listener);
  }

  onSilence(listener: () => void): void {
    this.#connection.onSilence(listener);
  }
}
