import type { StreamEvent } from '../../../domain/venue-stream/session';
import type { OutwardProxy } from '../../../net/outward-proxy';
import type { CandleStream, PushedCandle } from '../../candle-stream';
import type { StreamReport } from '../../stream';
import { readCandleMessage, subscriptionsTo, topicsOf, type Topics } from './candle-messages';
import { StreamConnection, tellAll } from './connection';

/** Nobody has asked for candles for so long: the model rests, or another process reads for it. */
const IDLE_MAX_MS = 900_000;
/** A candle that closes later than this from now has not closed: no two clocks that we trade by differ more. */
const CLOCK_DIFFERENCE_MAX_MS = 2_000;
/** Every topic that has room, twice in the second of a close, and as much again after a pause of the network. */
const MESSAGES_PER_SECOND_MAX = 5_000;

const OFF: StreamReport = { phase: 'off', forMs: 0, connections: 0 };

export interface BybitCandleStreamOptions {
  readonly url: string;
  /** The venue's clock, milliseconds UTC. */
  readonly venueNowMs: () => number;
  readonly proxy?: OutwardProxy;
}

/**
 * Bybit's public stream of linear contracts: one socket, however many symbols, and no key travels on it. A request for topics that
 * is refused, as by one symbol that the venue does not know, leaves those of the other requests.
 */
export class BybitCandleStream implements CandleStream {
  private topics: Topics = new Map();
  private connection: StreamConnection<PushedCandle> | undefined;
  private idle: NodeJS.Timeout | undefined;
  private isClosed = false;
  /** Requests for topics that have no answer yet, and how many were taken. */
  private answers = { awaited: 0, taken: 0 };
  private readonly candleListeners: ((pushed: PushedCandle) => void)[] = [];
  private readonly gapListeners: (() => void)[] = [];
  private readonly silenceListeners: (() => void)[] = [];

  constructor(private readonly options: BybitCandleStreamOptions) {}

  follow(symbols: readonly string[], intervalMs: number): void {
    if (this.isClosed) return;
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.disconnect(), IDLE_MAX_MS).unref();
    const topics = topicsOf(symbols, intervalMs);
    const isSame = topics.size === this.topics.size && [...topics.keys()].every((topic) => this.topics.has(topic));
    this.topics = topics;
    if (topics.size === 0) this.disconnect();
    else if (this.connection === undefined) this.connect();
    else if (!isSame) this.connection.renew('other candles are wanted');
  }

  report(): StreamReport {
    return this.connection?.report() ?? OFF;
  }

  onCandle(listener: (pushed: PushedCandle) => void): void {
    this.candleListeners.push(listener);
  }

  onGap(listener: () => void): void {
    this.gapListeners.push(listener);
  }

  onSilence(listener: () => void): void {
    this.silenceListeners.push(listener);
  }

  close(): void {
    this.isClosed = true;
    this.disconnect();
  }

  private connect(): void {
    const { url, proxy } = this.options;
    this.connection = new StreamConnection<PushedCandle>({
      url,
      proxy,
      messagesPerSecondMax: MESSAGES_PER_SECOND_MAX,
      subscriptions: () => {
        const texts = subscriptionsTo(this.topics);
        this.answers = { awaited: texts.length, taken: 0 };
        return texts;
      },
      read: (text) => this.read(text),
      tell: (pushed) => tellAll(this.candleListeners, pushed),
    });
    this.connection.onGap(() => tellAll(this.gapListeners, undefined));
    this.connection.onSilence(() => tellAll(this.silenceListeners, undefined));
    this.connection.start();
  }

  private disconnect(): void {
    clearTimeout(this.idle);
    const { connection } = this;
    connection?.close();
    this.connection = undefined;
  }

  private read(text: string): { readonly event: StreamEvent; readonly news: readonly PushedCandle[] } {
    const read = readCandleMessage(text, this.topics);
    switch (read.kind) {
      case 'candles':
        return { event: { kind: 'news' }, news: read.candles.filter((pushed) => this.hasClosed(pushed)) };
      case 'answer':
        return { event: this.answered(read.isTaken, read.reason), news: [] };
      default:
        return { event: { kind: read.kind }, news: [] };
    }
  }

  private answered(isTaken: boolean, reason: string): StreamEvent {
    this.answers.awaited -= 1;
    if (isTaken) this.answers.taken += 1;
    if (this.answers.awaited !== 0) return { kind: 'other' };
    return this.answers.taken > 0 ? { kind: 'subscribed' } : { kind: 'refused', reason };
  }

  private hasClosed({ candle, intervalMs }: PushedCandle): boolean {
    return candle.openTimeMs + intervalMs <= this.options.venueNowMs() + CLOCK_DIFFERENCE_MAX_MS;
  }
}
