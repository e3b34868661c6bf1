import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import undici = require('undici');
import { RequestPermit, addPermit, withPermit } from '../../../src/venues/request-permit';
import { traceRequest } from '../../../src/venues/ccxt/request-trace';
import {
  createTransport,
  ENCODED_REPLY_CODE,
  RESPONSE_BYTES_MAX,
  type Transport,
} from '../../../src/venues/ccxt/transport';
import { NO_PERMIT_CODE } from '../../../src/venues/ccxt/venue-reply';
import { childEnvironment } from '../../../harness/child-environment';
import { runSource } from '../../support/run-source';
import { StubServer } from './stub-server';

const TIMEOUT_MS = 5_000;
const TLS = join(__dirname, '../../support/tls');

let stub: StubServer;
let transport: Transport;
let request: (path: string) => Promise<string>;

beforeEach(async () => {
  stub = await StubServer.start();
  transport = createTransport(TIMEOUT_MS, 'not needed');
  request = async (path) => {
    const { body } = await undici.request(stub.url + path, { dispatcher: transport.dispatcher });
    return body.text();
  };
});

afterEach(async () => {
  await stub.stop();
  await transport.close();
});

describe('a reply', () => {
  const codings: readonly [string, (bytes: Buffer) => Buffer][] = [
    ['gzip', gzipSync],
    ['GZIP', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ['gzip, gzip', (bytes) => gzipSync(gzipSync(bytes))],
    ['identity, gzip', gzipSync],
    ['zstd', (bytes) => bytes],
  ];

  test.each(codings)('in %s is refused at its head, and says why', async (coding, encode) => {
    const body = encode(Buffer.from('{"a":1}'));
    stub.on('GET /a', (_request, response) => response.writeHead(200, { 'content-encoding': coding }).end(body));
    const { error, trace } = await traceRequest(() => request('/a'));
    expect(error).toBeInstanceOf(Error);
    expect(trace).toMatchObject({ httpStatus: 200, transportError: ENCODED_REPLY_CODE });
  });

  test.each(['', 'identity', 'Identity'])('in the coding "%s" is read: it means none', async (coding) => {
    stub.on('GET /a', (_request, response) => response.writeHead(200, { 'content-encoding': coding }).end('{"a":1}'));
    expect(await request('/a')).toBe('{"a":1}');
  });

  test('larger than its request allows is not read', async () => {
    stub.on('GET /a', (_request, response) => response.end('x'.repeat(1_001)));
    const { trace } = await traceRequest(() => request('/a'), { replyBytesMax: 1_000 });
    expect(trace.transportError).toBe('UND_ERR_RES_EXCEEDED_MAX_SIZE');
    const allowed = await traceRequest(() => request('/a'), { replyBytesMax: 1_001 });
    expect(allowed.result).toHaveLength(1_001);
  });

  test('larger than any may be is not read', async () => {
    stub.on('GET /a', (_request, response) => response.end(Buffer.alloc(RESPONSE_BYTES_MAX + 1, 'a')));
    await expect(request('/a')).rejects.toThrow();
  });

  test('that is as large as allowed is read', async () => {
    stub.on('GET /a', (_request, response) => response.end(Buffer.alloc(RESPONSE_BYTES_MAX, 'a')));
    expect((await request('/a')).length).toBe(RESPONSE_BYTES_MAX);
  });

  test('without a body is a reply', async () => {
    stub.on('GET /a', (_request, response) => response.writeHead(204).end());
    expect(await request('/a')).toBe('');
  });
});

test.each([undefined, { 'Accept-Encoding': 'gzip' }, { 'accept-encoding': 'br', 'ACCEPT-ENCODING': 'gzip' }])(
  'a request with the headers %j asks for a plain body',
  async (headers) => {
    stub.on('GET /a', (_request, response) => response.end());
    const { statusCode, body } = await undici.request(`${stub.url}/a`, { headers, dispatcher: transport.dispatcher });
    await body.dump();
    expect(statusCode).toBe(200);
    expect(stub.requests[0]?.headers['accept-encoding']).toBe('identity');
  },
);

describe('where permits are needed', () => {
  let careful: Transport;

  beforeEach(() => {
    careful = createTransport(TIMEOUT_MS, 'needed');
    stub.on('GET /a', (_request, response) => response.end('{}'));
  });
  afterEach(() => careful.close());

  const ask = (): Promise<string> =>
    undici.request(`${stub.url}/a`, { dispatcher: careful.dispatcher }).then(({ body }) => body.text());

  /** @param endsInMs may have passed already */
  function permit(endsInMs = TIMEOUT_MS, beginsInMs = 0): RequestPermit {
    const askedAtMs = performance.now() - TIMEOUT_MS;
    const [notBeforeMs, expiresAtMs] = [beginsInMs, endsInMs].map((inMs) => performance.now() + inMs) as [
      number,
      number,
    ];
    return new RequestPermit({ status: 'granted', askedAtMs, notBeforeMs, expiresAtMs });
  }

  /** What became of a request, and how many the venue has got in all. */
  async function outcomeOf(work: () => Promise<unknown>) {
    const { trace } = await traceRequest(work);
    return { code: trace.transportError, left: trace.sentAtMonotonicMs !== undefined, got: stub.requests.length };
  }
  const HELD_BACK = { code: NO_PERMIT_CODE, left: false, got: 0 };

  test('a request with one leaves', async () => {
    expect(await outcomeOf(() => withPermit(permit(), ask))).toEqual({ code: undefined, left: true, got: 1 });
  });

  test.each<[string, () => Promise<unknown>]>([
    ['without any', ask],
    ['with one that has ended', () => withPermit(permit(-1), ask)],
    ['with one that has not begun', () => withPermit(permit(TIMEOUT_MS, 1_000), ask)],
  ])('a request %s is held back, and nothing of it leaves', async (_what, work) => {
    expect(await outcomeOf(work)).toEqual(HELD_BACK);
  });

  test('one permit is one request, whoever has it', async () => {
    const one = permit();
    await withPermit(one, ask);
    expect(await outcomeOf(() => withPermit(one, ask))).toEqual({ ...HELD_BACK, got: 1 });
  });

  test('a second request of the same work needs a second one', async () => {
    const twice = async (): Promise<void> => {
      await ask();
      await ask();
    };
    expect(await outcomeOf(() => withPermit(permit(), twice))).toMatchObject({ code: NO_PERMIT_CODE, got: 1 });
    const paid = async (): Promise<void> => {
      await ask();
      addPermit(permit());
      await ask();
    };
    expect(await outcomeOf(() => withPermit(permit(), paid))).toMatchObject({ code: undefined, got: 3 });
  });

  test('requests without a trace are held back, too', async () => {
    await expect(ask()).rejects.toMatchObject({ code: NO_PERMIT_CODE });
    expect(stub.requests).toEqual([]);
  });

  test('what was held back leaves its connection to the next one', async () => {
    await outcomeOf(ask);
    await withPermit(permit(), ask);
    expect(stub.connections).toBe(1);
  });
});

describe('a venue whose certificate nobody vouches for', () => {
  let server: Server;

  beforeEach(async () => {
    const [key, cert] = ['key.pem', 'certificate.pem'].map((name) => readFileSync(join(TLS, name)));
    server = createServer({ key, cert }, (_request, response) => response.end('{"retCode":0}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  // In a process of its own: Node reads the variable from the real environment.
  test('gets no request, whatever Node is told', async () => {
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const words = runSource(join(__dirname, 'fixtures/ask-venue.ts'), url);
    const env = childEnvironment({ NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    const { stdout } = await promisify(execFile)(process.execPath, [...words], { env });
    expect(JSON.parse(stdout)).toEqual({ byNode: 200, byTransport: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });
});
