import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { errorCode } from '../src/process/error-code';
import type { Mailbag } from './judge';
import { readJson, readMail, readText, type AlertFacts, type Received } from './messages';

const HOST = '127.0.0.1';
/** Of the form that the settings ask for, and nobody's. */
export const BOT_TOKEN = '1234567890:night-of-the-operator-with-no-bot';
export const PATHS = { json: '/json', slack: '/slack', ping: '/ping' } as const;
const TELEGRAM_PATH = `/bot${BOT_TOKEN}/sendMessage`;

/** Everybody whom the product tells something: a mail server, two webhooks, a Telegram, and a dead man's switch. */
export class Receivers implements Mailbag {
  readonly received: Received[] = [];
  readonly facts = new Map<string, AlertFacts>();
  /** When the dead man's switch was pinged, UTC, milliseconds. */
  readonly pings: number[] = [];
  /** What came and could not be read: a fault of the product, or of this program. */
  readonly unreadable: string[] = [];
  private mailServer: SMTPServer | undefined;
  private mailPortKept = 0;

  private constructor(private readonly web: Server) {}

  static async open(): Promise<Receivers> {
    const web = createServer();
    await new Promise<void>((resolve) => web.listen(0, HOST, resolve));
    const receivers = new Receivers(web);
    receivers.answerRequests();
    await receivers.reviveMail();
    return receivers;
  }

  get url(): string {
    return `http://${HOST}:${(this.web.address() as AddressInfo).port}`;
  }

  get mailPort(): number {
    return this.mailPortKept;
  }

  /** Nothing listens any more where mail goes to. */
  async killMail(): Promise<void> {
    const server = this.mailServer;
    this.mailServer = undefined;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** On the same port as before. */
  async reviveMail(): Promise<void> {
    if (this.mailServer) return;
    const server = this.createMailServer();
    this.mailServer = server;
    await new Promise<void>((resolve) => server.listen(this.mailPortKept, HOST, resolve));
    this.mailPortKept = (server.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    await this.killMail();
    this.web.closeAllConnections();
    await new Promise((resolve) => this.web.close(resolve));
  }

  private createMailServer(): SMTPServer {
    const server = new SMTPServer({
      authOptional: true,
      disableReverseLookup: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, _session, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          this.note(() => this.received.push(readMail(Buffer.concat(chunks).toString('utf8'), Date.now())));
          callback(null);
        });
      },
    });
    server.on('error', (error) => {
      // A process that is killed leaves its connection.
      if (errorCode(error) !== 'ECONNRESET') this.unreadable.push(`The mail server: ${error.message}`);
    });
    return server;
  }

  private answerRequests(): void {
    this.web.on('request', (incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const atMs = Date.now();
        const body = Buffer.concat(chunks).toString('utf8');
        this.note(() => this.take(incoming.url ?? '', body, atMs));
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ ok: true, result: { message_id: this.received.length } }));
      });
    });
  }

  private take(path: string, body: string, atMs: number): void {
    switch (path) {
      case PATHS.ping:
        this.pings.push(atMs);
        return;
      case PATHS.json: {
        const { received, facts } = readJson(body, atMs);
        this.received.push(received);
        // The first message says since when.
        if (!this.facts.has(received.alertId)) this.facts.set(received.alertId, facts);
        return;
      }
      case PATHS.slack:
      case TELEGRAM_PATH: {
        const { text } = JSON.parse(body) as { readonly text: string };
        this.received.push(readText(path === PATHS.slack ? 'slack' : 'telegram', text, atMs));
        return;
      }
      default:
        throw new Error(`Nothing of ours is at ${path}.`);
    }
  }

  private note(read: () => unknown): void {
    try {
      read();
    } catch (error) {
      this.unreadable.push((error as Error).message);
    }
  }
}
