import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SPELLINGS } from './spellings';

const UNSENDABLE = /[^\x20-\x7e]/g;

interface Answer {
  readonly status: number;
  readonly envelope: object;
}

/** A venue of bad manners in front of the paper venue: it repeats the key and the secret wherever it says anything. */
export class EchoingVenue {
  /** So many orders are refused, the rest not. */
  refusals = 0;
  /** With what they are. */
  refusal = 110_007;
  private answers = 0;
  private readonly server: Server;

  /** @param targetPort of the paper venue, on this machine */
  private constructor(
    private readonly targetPort: number,
    private readonly secrets: readonly string[],
  ) {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  static async start(port: number, targetPort: number, secrets: readonly string[]): Promise<EchoingVenue> {
    const venue = new EchoingVenue(targetPort, secrets);
    await new Promise<void>((resolve) => venue.server.listen(port, '127.0.0.1', resolve));
    return venue;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Every spelling in turn. */
  private echo(): string {
    const spellings = Object.values(SPELLINGS);
    const spell = spellings[this.answers++ % spellings.length];
    return this.secrets.map((secret) => spell?.(secret)).join(' ');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.upgrade !== undefined) {
      // No stream of its own: the venue is asked instead.
      response.writeHead(404, { connection: 'close' }).end();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const isRefused = request.url?.startsWith('/v5/order/create') === true && this.refusals-- > 0;
    // What is refused never reaches the venue behind: an answer that comes too late would be looked up there.
    const { status, envelope } = isRefused ? this.refused() : await this.forwarded(request, Buffer.concat(chunks));
    response.setHeader('x-bapi-limit-status', this.echo().replaceAll(UNSENDABLE, ''));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(envelope));
  }

  private refused(): Answer {
    const retMsg = `key and secret ${this.echo()} are wrong`;
    return { status: 200, envelope: { retCode: this.refusal, retMsg, result: {}, retExtInfo: {}, time: Date.now() } };
  }

  private async forwarded(request: IncomingMessage, body: Buffer): Promise<Answer> {
    const headers = Object.entries(request.headers).filter(([name]) => !['host', 'connection'].includes(name));
    const reply = await fetch(`http://127.0.0.1:${this.targetPort}${request.url}`, {
      method: request.method,
      headers: Object.fromEntries(headers) as Record<string, string>,
      body: request.method === 'GET' ? undefined : body,
    });
    const envelope = (await reply.json()) as { readonly result: unknown };
    return { status: reply.status, envelope: { ...envelope, result: this.withEchoes(envelope.result) } };
  }

  /** In the fields of orders that are kept: their number at the venue, and why one was refused. */
  private withEchoes(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.withEchoes(item));
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.entries(value).map(([name, item]) => {
      if (name === 'orderId' && item !== '') return [name, `${String(item)} ${this.echo()}`];
      if (name === 'rejectReason') return [name, this.echo()];
      return [name, this.withEchoes(item)];
    });
    return Object.fromEntries(fields) as unknown;
  }
}
