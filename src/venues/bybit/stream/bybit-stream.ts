import undici = require('undici');
import {
  NEW_SESSION,
  reduceStream,
  type StreamAction,
  type StreamEvent,
  type StreamSession,
} from '../../../domain/venue-stream/session';
import type { OutwardProxy } from '../../../net/outward-proxy';
import type { Credentials } from '../../ccxt/credentials';
import type { StreamHint, StreamReport, VenueStream } from '../../stream';
import { authentication, PING, readMessage, SUBSCRIPTION } from './messages';
import { openLine, type Line } from './line';

/** The longest a timer of ours sleeps at once. */
const TIMER_MAX_MS = 60_000;

export interface BybitStreamOptions {
  readonly url: string;
  readonly credentials: Credentials;
  readonly symbols: ReadonlySet<string>;
  /** The venue's clock, milliseconds UTC. */
  readonly venueNowMs: () => number;
  readonly proxy?: OutwardProxy;
}

/**
 * Bybit's private stream over a socket of our own: the session decides, this carries it out. Messages are read as they come
 * and none waits here; redirects are not followed, and the certificate is verified whatever Node's variables say.
 */
export class BybitStream implements VenueStream {
  readonly #options: BybitStreamOptions;
  #session: StreamSession = NEW_SESSION;
  #socket: undici.WebSocket | undefined;
  #line: Line | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastMessageAtMs: number | undefined;
  #connections = 0;
  private readonly hintListeners: ((hint: StreamHint) => void)[] = [];
  private readonly gapListeners: (() => void)[] = [];
  private readonly silenceListeners: (() => void)[] = [];

  constructor(options: BybitStreamOptions) {
    this.#options = options;
  }

  get isLive(): boolean {
    return this.#session.phase === 'live';
  }

  start(): void {
    this.#step({ kind: 'start' });
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

  onHint(listener: (hint: StreamHint) => void): void {
    this.hintListeners.push(listener);
  }

  onGap(listener: () => void): void {
    this.gapListeners.push(listener);
  }

  onSilence(listener: () => void): void {
    this.silenceListeners.push(listener);
  }

  #step(event: StreamEvent, hints: readonly StreamHint[] = []): void {
    const { session, actions } = reduceStream(this.#session, event, performance.now(), Math.random());
    this.#session = session;
    for (const action of actions) this.#act(action, hints);
    this.#rest();
  }

  #act(action: StreamAction, hints: readonly StreamHint[]): void {
    switch (action) {
      case 'connect':
        return this.#connect();
      case 'authenticate':
        return this.#send(authentication(this.#options.credentials, this.#options.venueNowMs()));
      case 'subscribe':
        return this.#send(SUBSCRIPTION);
      case 'ping':
        return this.#send(PING);
      case 'disconnect':
        return this.#disconnect();
      case 'tell':
        for (const hint of hints) tell(this.hintListeners, hint);
        return undefined;
      case 'gap':
        this.#connections += 1;
        return tell(this.gapListeners, undefined);
      case 'silence':
        return tell(this.silenceListeners, undefined);
    }
  }

  #connect(): void {
    const { url, symbols, proxy } = this.#options;
    this.#line = openLine(proxy);
    const socket = new undici.WebSocket(url, { dispatcher: this.#line.dispatcher });
    this.#socket = socket;
    // What a socket says after it was given up concerns nobody.
    const hear = (event: StreamEvent, hints?: readonly StreamHint[]): void => {
      if (this.#socket === socket) this.#step(event, hints);
    };
    socket.addEventListener('open', () => hear({ kind: 'opened' }));
    socket.addEventListener('close', ({ code }) => hear({ kind: 'lost', reason: `the connection ended (${code})` }));
    // A close follows; without a listener the process would end.
    socket.addEventListener('error', () => hear({ kind: 'lost', reason: 'the connection failed' }));
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket === socket) this.#lastMessageAtMs = Date.now();
      if (typeof data !== 'string') return hear({ kind: 'unreadable' });
      const { event, hints } = readMessage(data, symbols);
      return hear(event, hints);
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
function tell<Report>(listeners: readonly ((report: Report) => void)[], report: Report): void {
  for (const listener of listeners) {
    try {
      listener(report);
    } catch (error) {
      process.emitWarning(`A listener to the venue's stream failed: ${(error as Error).message}`);
    }
  }
}
