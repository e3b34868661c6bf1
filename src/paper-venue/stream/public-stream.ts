import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { StreamFaults } from '../faults/stream-faults';
import type { VenueCore } from '../http/route';
import { INTERVAL_MINUTES } from '../market/kline-intervals';
import type { KlineRow } from '../market/price-feed';
import { FaultyTeller } from './faulty-teller';
import { PublicClient } from './public-client';
import { StreamClients } from './stream-clients';

export const PUBLIC_PATH = '/v5/public/linear';
const TOPIC = /^kline\.(\w{1,4})\.(\w{1,40})$/;
/** All the topics that a connection may have fit in one. */
const MESSAGE_BYTES_MAX = 32_768;
/** A candle in progress is told so often at most, and every one as it closes. */
const BEAT_MS = 1_000;
const MINUTE_MS = 60_000;
/** What is told of a close that never was: so much higher. */
const FORGED_FACTOR = 1.01;

interface Topic {
  readonly symbol: string;
  readonly interval: string;
  readonly intervalMinutes: number;
}

/**
 * The public stream beside the requests: tells those who subscribed of candles, as they close and every second before. Nobody has to say
 * who he is, nothing is told again, and nothing of it is counted. The faults of a plan hit candles that have closed.
 */
export class PublicStream {
  readonly #clients = new StreamClients(MESSAGE_BYTES_MAX, (socket) => this.#admit(socket));
  readonly #teller = new FaultyTeller(() => undefined);
  /** When the candle that was last told of a topic opened. */
  #openTimesMs: ReadonlyMap<string, number> = new Map();
  #beat: NodeJS.Timeout | undefined;

  constructor(private readonly core: VenueCore) {}

  /** @param shares absent: it tells all of it, at once */
  setFaults(seed: number, shares: StreamFaults | undefined): void {
    this.#teller.setFaults(seed, shares);
  }

  /** Takes a request for another protocol; the guard has let it through. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#clients.upgrade(request, socket, head);
  }

  /** Ends every connection, as a restart of the venue does. */
  endConnections(): void {
    this.#clients.end();
  }

  close(): void {
    clearTimeout(this.#beat);
    this.#teller.close();
    this.#clients.close();
  }

  #admit(socket: WebSocket): PublicClient {
    if (this.#beat === undefined) this.#rest();
    return new PublicClient(socket, (topic) => this.#topic(topic) !== undefined, this.#teller.admit());
  }

  /** Sleeps until the second is over: candles close there. */
  #rest(): void {
    const leftMs = BEAT_MS - (this.core.clock.steadyNowMs() % BEAT_MS);
    this.#beat = setTimeout(() => {
      this.#beat = undefined;
      this.#tellAll();
      if (this.#clients.size > 0) this.#rest();
    }, leftMs);
  }

  #tellAll(): void {
    const names = new Set([...this.#clients].flatMap((client) => [...client.topics]));
    const nowMs = this.core.clock.steadyNowMs();
    const openTimesMs = new Map<string, number>();
    for (const name of names) {
      const topic = this.#topic(name);
      if (topic === undefined) continue;
      const { symbol, intervalMinutes } = topic;
      const [present, former] = this.core.feed.klines({ symbol, intervalMinutes, limit: 2 }, nowMs);
      if (present === undefined) continue;
      const toldMs = this.#openTimesMs.get(name);
      if (former && toldMs !== undefined && toldMs < present.openTimeMs) this.#tellClosed(name, topic, former);
      this.#send(name, topic, present, false);
      openTimesMs.set(name, present.openTimeMs);
    }
    this.#openTimesMs = openTimesMs;
  }

  #tellClosed(name: string, topic: Topic, row: KlineRow): void {
    const forged = String(Number(row.close) * FORGED_FACTOR);
    this.#teller.tell({
      send: () => this.#send(name, topic, row, true),
      forge: () => this.#send(name, topic, { ...row, high: forged, close: forged }, true),
      garble: () => this.#broadcast(name, `{"topic":"${name}","data":[{`),
      endConnections: () => this.endConnections(),
    });
  }

  #send(
    name: string,
    { interval, intervalMinutes }: Topic,
    { openTimeMs: start, ...row }: KlineRow,
    confirm: boolean,
  ): void {
    const ts = this.core.clock.nowMs();
    const end = start + intervalMinutes * MINUTE_MS - 1;
    const data = [{ start, end, interval, ...row, confirm, timestamp: ts }];
    this.#broadcast(name, JSON.stringify({ topic: name, data, ts, type: 'snapshot' }));
  }

  #broadcast(name: string, text: string): void {
    for (const client of this.#clients) if (client.listensTo(name)) client.line.sendText(text);
  }

  #topic(name: string): Topic | undefined {
    const [, interval = '', symbol = ''] = TOPIC.exec(name) ?? [];
    const intervalMinutes = INTERVAL_MINUTES.get(interval);
    if (intervalMinutes === undefined || !this.core.feed.instruments.has(symbol)) return undefined;
    return { symbol, interval, intervalMinutes };
  }
}
