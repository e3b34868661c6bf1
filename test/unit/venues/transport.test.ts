import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { traceRequest } from '../../../src/venues/ccxt/request-trace';
import {
  createTransport,
  installTransport,
  RESPONSE_BYTES_MAX,
  type HttpClientFields,
  type Transport,
} from '../../../src/venues/ccxt/transport';
import { childEnvironment } from '../../../harness/child-environment';
import { runSource } from '../../support/run-source';
import { StubServer } from './stub-server';

const TIMEOUT_MS = 5_000;
const MEBIBYTE = 1_048_576;
/** What a small reply decodes to. */
const BOMB_BYTES = 2 * RESPONSE_BYTES_MAX;
const TLS = join(__dirname, '../../support/tls');

type Fetch = (url: string, options: { dispatcher: unknown }) => Promise<Response>;

let stub: StubServer;
let transport: Transport;
let request: (path: string) => Promise<string>;

beforeEach(async () => {
  stub = await StubServer.start();
  transport = createTransport(TIMEOUT_MS);
  const fields = {} as HttpClientFields;
  installTransport(fields, transport);
  request = async (path) => {
    const answer = await (fields.fetchImplementation as Fetch)(stub.url + path, { dispatcher: transport.dispatcher });
    return answer.text();
  };
});

afterEach(async () => {
  await stub.stop();
  await transport.close();
});

describe('a reply', () => {
  const compressions: readonly [string, (bytes: Buffer) => Buffer][] = [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ];

  test.each(compressions)('in %s is read', async (encoding, compress) => {
    stub.on('GET /a', (_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(compress(Buffer.from('{"a":1}'))),
    );
    expect(await request('/a')).toBe('{"a":1}');
  });

  test.each(compressions)('in %s that decodes to more than is read ends in an error', async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(BOMB_BYTES));
    expect(bomb.length).toBeLessThan(MEBIBYTE);
    stub.on('GET /a', (_request, response) => response.writeHead(200, { 'content-encoding': encoding }).end(bomb));
    await expect(request('/a')).rejects.toThrow('The decoded reply is too large');
  });

  test('that is encoded twice is refused before any of it is decoded', async () => {
    const twice = gzipSync(gzipSync(Buffer.from('{}')));
    stub.on('GET /a', (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(twice));
    const { error, trace } = await traceRequest(() => request('/a'));
    expect(error).toBeInstanceOf(Error);
    expect(trace).toMatchObject({ httpStatus: 200, transportError: 'UND_ERR_NOT_SUPPORTED' });
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
