/* Our end of the private stream, at a server that does what the venue never should. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { inspect } from 'node:util';
import { waitFor } from '../../../../harness/wait-for';
import { Secret } from '../../../../src/secrets/secret';
import { BybitStream } from '../../../../src/venues/bybit/stream/bybit-stream';

const SECRET = 'a-secret-that-nobody-prints';
const WAIT = { timeoutMs: 5_000, intervalMs: 5 };

let server: Server;
let stream: BybitStream;
let sockets: Socket[];
/** What the server does with a connection that it has opened. */
let then: (socket: Socket) => void;

beforeEach(async () => {
  sockets = [];
  then = () => undefined;
  server = createServer((_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end());
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    socket.write([...head, `Sec-WebSocket-Accept: ${accept}`, '', ''].join('\r\n'));
    then(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stream = new BybitStream({
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v5/private`,
    credentials: { apiKey: new Secret('a-key-that-nobody-prints'), apiSecret: new Secret(SECRET) },
    symbols: new Set(['BTCUSDT']),
    venueNowMs: () => Date.now(),
  });
});

afterEach(() => {
  stream.close();
  for (const socket of sockets) socket.destroy();
  server.close();
});

/** A text frame of the server. */
function frame(text: string, lengthSaid = text.length): Buffer {
  const head = Buffer.alloc(10);
  head[0] = 0x81;
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(lengthSaid), 2);
  return Buffer.concat([head, Buffer.from(text)]);
}

async function untilLost(): Promise<void> {
  await waitFor('the stream to be lost', async () => stream.report().phase === 'waiting', WAIT);
}

test('a server that never answers our farewell keeps no socket of ours', async () => {
  stream.start();
  await waitFor('a connection', async () => sockets[0], WAIT);
  await waitFor('the authentication', async () => stream.report().phase === 'authenticating', WAIT);
  const [socket] = sockets;
  socket!.resume();
  stream.close();
  await waitFor('the end of the socket', async () => socket!.destroyed || socket!.readableEnded, WAIT);
});

test('a message that says it is larger than any is refused before it comes', async () => {
  then = (socket) => socket.write(frame('{', 1_000_000_000));
  stream.start();
  await untilLost();
});

test('a message that is no text is not read', async () => {
  then = (socket) => {
    const binary = frame('x');
    binary[0] = 0x82;
    socket.write(binary);
    for (let count = 0; count < 30; count += 1) socket.write(binary);
  };
  stream.start();
  await untilLost();
  expect(stream.report().fault).toContain('could not be read');
});

test('a redirect is not followed', async () => {
  server.removeAllListeners('upgrade');
  stream.start();
  await untilLost();
});

test('keys are in nothing that is printed of it', async () => {
  then = (socket) => socket.write(frame(JSON.stringify({ op: 'auth', success: false, ret_msg: `no ${SECRET}` })));
  stream.start();
  await untilLost();
  const printed = [inspect(stream, { depth: 9, showHidden: true }), JSON.stringify(stream), stream.report().fault];
  expect(printed.join()).not.toContain(SECRET);
  expect(stream.report().fault).toContain('refused');
});
