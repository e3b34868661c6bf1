import undici = require('undici');
import {
  NEW_SESSION,
  reduceStream,
  type StreamAction,
  type StreamEvent,
  type StreamSession,
} from '../../../domain/venue-stream/session';
import type { OutwardProxy } from '../../../net/outward-proxy';
import type { StreamReport } from '../../stream';
import { openLine, type Line } from './line';
import { PING } from './messages';

/** The longest a timer of ours sleeps at once. */
const TIMER_MAX_MS = 60_000;

/** What one of the venue's streams is about. */
export interface StreamWords<News> {
  readonly url: string;
  readonly proxy?: OutwardProxy;
  /** Says who we are; absent: the stream is open to everybody, and no key is sent. */
  readonly authentication?: () => string;
  /** What is asked for, a text for each request. */
  readonly subscriptions: () => readonly string[];
  /** What one text frame says. */
  readonly read: (text: string) => { readonly event: StreamEvent; readonly news: readonly News[] };
  readonly tell: (news: News) => void;
  /** Absent: as many as news of orders need. */
  readonly messagesPerSecondMax?: number;
}

/**
 * A stream of the venue over a socket of our own: the session decides, this carries it out. Messages are read as they come
 * and none waits here; redirects are not followed, and the certificate is verified whatever Node's variables say.
 */
export class StreamConnection<News> {
  readonly #words: StreamWords<News>;
  #session: StreamSession;
  #socket: undici.WebSocket | undefined;
  #line: Line | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastMessageAtMs: number | undefined;
  #connections = 0;
  private readonly gapListeners: (() => void)[] = [];
  private readonly silenceListeners: (() => void)[] = [];

  constructor(words: StreamWords<News>) {
    this.#words = words;
    this.#session = { ...NEW_SESSION, messagesPerSecondMax: words.messagesPerSecondMax };
  }

  get isLive(): boolean {
    return this.#session.phase === 'live';
  }

  start(): void {
    this.#step({ kind: 'start' });
  }

  /** Ends the connection there is, and opens another after the usual pause. */
  renew(reason: string): void {
    this.#step({ kind: 'lost', reason });
  }

  close(): void {
    this.#step({ kind: 'stop' });
    clearTimeout(this.#timer);
  }

  report(): StreamReport {
    const { phase, sinceMs, fault } = this.#session;
    const forMs = phase === 'off' ? 0 : Math.max(0, Math.round(performance.now() - sinceMs));
    return { phase, forMs, lastMessageAtMs: this.#lastMessageAtMs, connections: this.#connections, fault };
  }

  onGap(listener: () => void): void {
    this.gapListeners.push(listener);
  }

  onSilence(listener: () => void): void {
    this.silenceListeners.push(listener);
  }

  #step(event: StreamEvent, news: readonly News[] = []): void {
    const { session, actions } = reduceStream(this.#session, event, performance.now(), Math.random());
    this.#session = session;
    for (const action of actions) this.#act(action, news);
    this.#rest();
  }

  #act(action: StreamAction, news: readonly News[]): void {
    const { authentication, subscriptions, tell } = this.#words;
    switch (action) {
      case 'connect':
        return this.#connect();
      case 'authenticate':
        return authentication && this.#send(authentication());
      case 'subscribe':
        return subscriptions().forEach((text) => this.#send(text));
      case 'ping':
        return this.#send(PING);
      case 'disconnect':
        return this.#disconnect();
      case 'tell':
        return news.forEach((one) => tell(one));
      case 'gap':
        this.#connections += 1;
        return tellAll(this.gapListeners, undefined);
      case 'silence':
        return tellAll(this.silenceListeners, undefined);
    }
  }

  #connect(): void {
    const { url, proxy, authentication, read } = this.#words;
    this.#line = openLine(proxy);
    const socket = new undici.WebSocket(url, { dispatcher: this.#line.dispatcher });
    this.#socket = socket;
    // What a socket says after it was given up concerns nobody.
    const hear = (event: StreamEvent, news?: readonly News[]): void => {
      if (this.#socket === socket) this.#step(event, news);
    };
    socket.addEventListener('open', () => hear({ kind: 'opened', isForAll: authentication === undefined }));
    socket.addEventListener('close', ({ code }) => hear({ kind: 'lost', reason: `the connection ended (${code})` }));
    // A close follows; without a listener the process would end.
    socket.addEventListener('error', () => hear({ kind: 'lost', reason: 'the connection failed' }));
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket !== socket) return;
      this.#lastMessageAtMs = Date.now();
      if (typeof data !== 'string') return hear({ kind: 'unreadable' });
      const { event, news } = read(data);
      return hear(event, news);
    });
  }

  #disconnect(): void {
    const [socket, line] = [this.#socket, this.#line];
    this.#socket = undefined;
    this.#line = undefined;
    socket?.close();
    // Whoever does not answer our farewell keeps no socket of ours.
    line?.cut();
  }

  #send(text: string): void {
    if (this.#socket?.readyState === undici.WebSocket.OPEN) this.#socket.send(text);
  }

  /** Sleeps until the session wants to be asked again. */
  #rest(): void {
    clearTimeout(this.#timer);
    const { dueAtMs } = this.#session;
    if (dueAtMs === Number.POSITIVE_INFINITY) return;
    const leftMs = Math.max(0, Math.ceil(dueAtMs - performance.now()));
    this.#timer = setTimeout(() => this.#step({ kind: 'time' }), Math.min(leftMs, TIMER_MAX_MS)).unref();
  }
}

/** One listener that fails keeps nothing from the others, and ends no connection. */
export function tellAll<Report>(listeners: readonly ((report: Report) => void)[], report: Report): void {
  for (const listener of listeners) {
    try {
      listener(report);
    } catch (error) {
      process.emitWarning(`A listener to the venue's stream failed: ${(error as Error).message}`);
    }
  }
}
