// ccxt by itself answers most of these with an empty order; each must be an error of ccxt's "may be tried again" family.
import ccxt = require('ccxt');
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { BybitClient } from '../../../src/venues/bybit/bybit-client';
import { resolveCredentials } from '../../../src/venues/ccxt/credentials';
import { CcxtBybit, ccxtErrors } from '../../../src/venues/ccxt/load-exchange';
import { createTransport } from '../../../src/venues/ccxt/transport';
import type { Transport } from '../../../src/venues/ccxt/transport';
import { VenueClock } from '../../../src/venues/ccxt/venue-clock';
import { StubServer } from './stub-server';

const GOOD_ENVELOPE = '{"retCode":0,"retMsg":"OK","result":{"orderId":"1","orderLinkId":"a"},"time":1672738134824}';

/** A reply of a megabyte that decodes to a gigabyte. */
const BOMB_MEMBERS = 16;
const BOMB_MEMBER_BYTES = 67_108_864;
const DECODING_MS = 300;
/** The first request loads much, on a busy machine; a stalled reply takes as long as this. */
const REQUEST_TIMEOUT_MS = 1_500;

let stub: StubServer;
let transport: Transport;
let client: BybitClient;

beforeEach(async () => {
  stub = await StubServer.start();
  transport = createTransport(REQUEST_TIMEOUT_MS, 'not needed');
  client = new BybitClient({
    baseUrl: stub.url,
    credentials: resolveCredentials({ venue: 'bybit', environment: 'paper' }),
    receiveWindowMs: 5_000,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    clock: new VenueClock(),
    transport,
  });
});

afterEach(async () => {
  await stub.stop();
  await transport.close();
});

const answers: readonly [string, (response: ServerResponse) => void][] = [
  ['a page', (response) => response.end('<html></html>')],
  ['an empty body', (response) => response.end()],
  ['null', (response) => response.end('null')],
  ['a list', (response) => response.end('[]')],
  ['an object without retCode', (response) => response.end('{}')],
  ['success without a result', (response) => response.end('{"retCode":0}')],
  ['204', (response) => response.writeHead(204).end()],
  ['413', (response) => response.writeHead(413).end()],
  ['599', (response) => response.writeHead(599).end()],
  ['599 with a good envelope', (response) => response.writeHead(599).end(GOOD_ENVELOPE)],
  ['302 with a good envelope', (response) => response.writeHead(302).end(GOOD_ENVELOPE)],
  ['a redirect', (response) => response.writeHead(302, { location: '/' }).end()],
  ['a stalled body', (response) => response.writeHead(200).write('{')],
  ['a closed connection', (response) => response.socket?.destroy()],
  [
    'a body cut short',
    (response) => response.writeHead(200, { 'content-length': '99' }).write('{', () => response.socket?.destroy()),
  ],
];

it.each(answers)('raises an OperationFailed for %s', async (_name, answer) => {
  stub.on('POST /v5/order/create', (_request, response) => answer(response));
  await expect(client.privatePostV5OrderCreate({ symbol: 'BTCUSDT' })).rejects.toBeInstanceOf(ccxt.OperationFailed);
  expect(stub.requests).toHaveLength(1);
});

it('answers with the envelope otherwise', async () => {
  stub.on('POST /v5/order/create', (_request, response) => response.end(GOOD_ENVELOPE));
  expect(await client.privatePostV5OrderCreate({ symbol: 'BTCUSDT' })).toMatchObject({ result: { orderId: '1' } });
});

it('is the exchange that ccxt offers, and knows the errors that ccxt throws', () => {
  expect(CcxtBybit).toBe(ccxt.bybit);
  const { BadResponse, BaseError, NetworkError } = ccxt;
  expect(ccxtErrors).toMatchObject({ BadResponse, BaseError, NetworkError });
});

it('announces itself instead of ccxt', async () => {
  stub.on('POST /v5/order/create', (_request, response) => response.end(GOOD_ENVELOPE));
  await client.privatePostV5OrderCreate({ symbol: 'BTCUSDT' });
  expect(stub.requests[0]?.headers).toMatchObject({ 'user-agent': 'oncefill', referer: 'oncefill' });
});

it('asks for plain bodies, whatever ccxt would decode', async () => {
  stub.on('POST /v5/order/create', (_request, response) => response.end(GOOD_ENVELOPE));
  await client.privatePostV5OrderCreate({ symbol: 'BTCUSDT' });
  expect(stub.requests[0]?.headers['accept-encoding']).toBe('identity');
});

it('refuses an encoded body as no answer', async () => {
  stub.on('POST /v5/order/create', (_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(GOOD_ENVELOPE)),
  );
  await expect(client.privatePostV5OrderCreate({ symbol: 'BTCUSDT' })).rejects.toBeInstanceOf(ccxt.OperationFailed);
});

it('takes no memory for a reply that would decode to a gigabyte', async () => {
  const bomb = Buffer.concat(Array<Buffer>(BOMB_MEMBERS).fill(gzipSync(Buffer.alloc(BOMB_MEMBER_BYTES))));
  stub.on('POST /v5/order/create', (_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
  );
  const beforeKilobytes = process.resourceUsage().maxRSS;
  await expect(client.privatePostV5OrderCreate({ symbol: 'BTCUSDT' })).rejects.toThrow();
  // What a decoder began goes on after the refusal.
  await new Promise((resolve) => setTimeout(resolve, DECODING_MS));
  const growthBytes = (process.resourceUsage().maxRSS - beforeKilobytes) * 1_024;
  expect(growthBytes).toBeLessThan((BOMB_MEMBERS * BOMB_MEMBER_BYTES) / 8);
});
