import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';
import { SECTION_INTERVAL_MS, type PageSectionName } from '../../src/page/feed';
import { explanationOf, signalBodyOf, type Situation } from './situations';

/*
 * The API as far as the page knows it: a real server, whose news are made up.
 */

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};
const LIBRARY: Readonly<Record<string, string>> = { 'uplot.js': 'uPlot.esm.js', 'uplot.css': 'uPlot.min.css' };
const BEAT_MS = 500;
const NAMES = Object.keys(SECTION_INTERVAL_MS) as PageSectionName[];

/** A change that the page asked for. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly contentType: string | undefined;
}

/** A refusal, by `METHOD /path`. */
export type Refusals = Map<string, { readonly status: number; readonly code: string; readonly message: string }>;

export class FakeApi {
  readonly asked: Asked[] = [];
  readonly refusals: Refusals = new Map();
  /** A token that has to be shown before anything is told; absent: none. */
  token: string | undefined;
  /** What a change waits for before it is answered. */
  /** What its clock says, milliseconds UTC; absent: as this machine's. */
  clockMs: number | undefined;
  /** Viewers are turned away. */
  isFull = false;
  private patience: Promise<void> | undefined;
  /** No word leaves, and no connection ends. */
  isSilent = false;
  private readonly streams = new Set<ServerResponse>();
  private readonly server: Server;
  private shown = 0;
  private beats: NodeJS.Timeout | undefined;

  private constructor(private situation: Situation) {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  static async start(situation: Situation): Promise<FakeApi> {
    const api = new FakeApi(situation);
    await new Promise<void>((done) => api.server.listen(0, '127.0.0.1', done));
    api.beats = setInterval(() => api.beat(), BEAT_MS);
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private get mark(): string {
    return `(${this.shown})`;
  }

  get viewers(): number {
    return this.streams.size;
  }

  async stop(): Promise<void> {
    clearInterval(this.beats);
    this.server.closeAllConnections();
    await new Promise<void>((done) => this.server.close(() => done()));
  }

  /** From now on, for those who look too. @returns a part of how it calls the viewer: whoever shows that has heard of it */
  show(situation: Situation): string {
    this.shown += 1;
    this.situation = situation;
    for (const stream of this.streams) this.tellAll(stream);
    return this.mark;
  }

  /** One section alone. */
  change<Name extends PageSectionName>(name: Name, value: Situation['values'][Name]): void {
    this.situation = { ...this.situation, values: { ...this.situation.values, [name]: value } };
    for (const stream of this.streams) this.tellSection(stream, name);
  }

  /** From now on a change is answered only once the function is called that this returns. */
  holdAnswers(): () => void {
    let release = (): void => undefined;
    this.patience = new Promise<void>((done) => (release = done));
    return () => {
      this.patience = undefined;
      release();
    };
  }

  cutStreams(): void {
    for (const stream of this.streams) stream.destroy();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const path = url.split('?')[0] ?? '/';
    if (method === 'GET' && (path === '/' || path.startsWith('/page/'))) return this.answerFile(path, response);
    const isLetIn = this.token === undefined || request.headers.cookie?.includes('session=fake') === true;
    const body = await readBody(request);
    if (path === '/api/session') return this.answerSession(method, body, response);
    if (!isLetIn) return json(response, 401, { code: 'UNAUTHENTICATED', message: 'A valid API token is needed.' });
    if (path === '/api/page/stream' && this.isFull)
      return json(response, 503, { code: 'TOO_MANY_VIEWERS', message: 'Too many look at once.' });
    if (path === '/api/page/stream') return this.openStream(response);
    if (method !== 'GET') this.asked.push({ method, path, body, contentType: request.headers['content-type'] });
    if (method !== 'GET') await this.patience;
    const refusal = this.refusals.get(`${method} ${path}`);
    if (refusal) return json(response, refusal.status, { code: refusal.code, message: refusal.message });
    return method === 'GET' ? this.answerSignal(path, response) : json(response, 200, answerTo(path));
  }

  private answerFile(path: string, response: ServerResponse): void {
    const name = path === '/' ? 'index.html' : path.slice('/page/'.length);
    const library = LIBRARY[name];
    const file =
      library === undefined
        ? join(packageRoot(), 'page', name)
        : join(packageRoot(), 'node_modules/uplot/dist', library);
    try {
      const content = readFileSync(file);
      response.writeHead(200, { ...HEADERS, 'content-type': TYPES[extname(name)] ?? 'text/plain' }).end(content);
    } catch {
      json(response, 404, { code: 'NOT_FOUND', message: 'There is no such route.' });
    }
  }

  private answerSession(method: string, body: unknown, response: ServerResponse): void {
    if (method === 'DELETE') {
      this.cutStreams();
      response
        .writeHead(204, { ...HEADERS, 'set-cookie': 'session=; Max-Age=0; HttpOnly; SameSite=Strict; Path=/' })
        .end();
    } else if ((body as { token?: string }).token === this.token) {
      response.writeHead(204, { ...HEADERS, 'set-cookie': 'session=fake; HttpOnly; SameSite=Strict; Path=/' }).end();
    } else json(response, 401, { code: 'UNAUTHENTICATED', message: 'This token is not known here.' });
  }

  private answerSignal(path: string, response: ServerResponse): void {
    const [, fingerprint, what] = /^\/api\/signals\/([0-9a-f]{16})(\/explanation)?$/.exec(path) ?? [];
    const signal = this.situation.values.signals?.find((one) => one.fingerprint === fingerprint);
    if (!signal) {
      json(response, 404, { code: 'SIGNAL_NOT_FOUND', message: 'No signal with this fingerprint is known.' });
    } else json(response, 200, what === undefined ? signalBodyOf(signal) : explanationOf(signal));
  }

  private openStream(response: ServerResponse): void {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
    this.streams.add(response);
    response.on('close', () => this.streams.delete(response));
    this.tellAll(response);
  }

  private tellAll(stream: ServerResponse): void {
    if (this.isSilent) return;
    const { hello } = this.situation;
    const now = new Date().toISOString();
    tell(stream, 'hello', { ...hello, now });
    for (const name of NAMES) this.tellSection(stream, name);
    this.tellBeat(stream);
    // Last: a slow browser may be shown the sections long after what comes first.
    tell(stream, 'hello', { ...hello, who: `${hello.who} ${this.mark}`, now });
  }

  private tellSection(stream: ServerResponse, name: PageSectionName): void {
    const { values, problems = {} } = this.situation;
    const isRead = values[name] !== undefined;
    const readAt = isRead ? this.readAt(name) : undefined;
    if (!this.isSilent)
      tell(stream, 'section', { name, read_at: readAt, value: values[name], problem: problems[name] });
  }

  private readAt(name: PageSectionName): string {
    return new Date(Date.now() - (this.situation.agesMs?.[name] ?? 0)).toISOString();
  }

  private beat(): void {
    for (const stream of this.streams) this.tellBeat(stream);
  }

  private tellBeat(stream: ServerResponse): void {
    if (this.isSilent) return;
    const read = NAMES.filter((name) => this.situation.values[name] !== undefined);
    const readAt = Object.fromEntries(read.map((name) => [name, this.readAt(name)]));
    tell(stream, 'beat', { now: new Date(this.clockMs ?? Date.now()).toISOString(), read_at: readAt });
  }
}

function tell(stream: ServerResponse, event: string, data: object): void {
  stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

const OPEN_ORDER = {
  fingerprint: '0123456789abcdef',
  symbol: 'BTCUSDT',
  direction: 'BUY',
  intent: 'entry',
  quantity: '0.042',
  filled_quantity: '0',
  is_proven: true,
};

function answerTo(path: string): object {
  if (path === '/api/halt') {
    const orders = { open: 1, orders: [OPEN_ORDER], more: 0, unsent: 0 };
    return { venue: 'bybit', trading_state: 'halted', open_orders: orders };
  }
  if (path !== '/api/flatten') return { status: 'done', message: 'As you wished.' };
  return {
    trading_state: 'reducing',
    cancelled: [],
    positions: [
      { symbol: 'BTCUSDT', is_closed: true },
      { symbol: 'ETHUSDT', is_closed: false, problem: 'It was not closed within 10 s.' },
    ],
  };
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const text = Buffer.concat(pieces).toString();
  return text === '' ? undefined : JSON.parse(text);
}
