import type { ServerResponse } from 'node:http';
import { REQUEST_TIMEOUT_MS } from './bench';

/** What HTTP itself may bring instead of an answer; none of it says what became of a request. */
export const BROKEN_ANSWERS: readonly (readonly [string, (response: ServerResponse) => void])[] = [
  ['a page with status 200', (response) => response.end('<html>OK</html>')],
  ['truncated JSON', (response) => response.end('{"retCode":0,"result":{"orderId":"1"')],
  ['an empty body', (response) => response.end()],
  ['null', (response) => response.end('null')],
  ['an empty list', (response) => response.end('[]')],
  ['an empty object', (response) => response.end('{}')],
  ['a number', (response) => response.end('7')],
  ['204', (response) => response.writeHead(204).end()],
  ['302', (response) => response.writeHead(302, { location: '/other' }).end()],
  ['307', (response) => response.writeHead(307, { location: '/other' }).end()],
  ['404', (response) => response.writeHead(404).end()],
  ['413', (response) => response.writeHead(413).end('too large')],
  ['500', (response) => response.writeHead(500).end('oops')],
  ['501', (response) => response.writeHead(501).end()],
  ['502', (response) => response.writeHead(502).end('<html>502</html>')],
  ['503', (response) => response.writeHead(503).end()],
  ['504', (response) => response.writeHead(504).end()],
  ['599', (response) => response.writeHead(599).end()],
  ['broken compression', (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x')],
  ['bytes that are not HTTP', (response) => response.socket?.end('not http\r\n\r\n')],
  ['a reset before the answer', (response) => response.socket?.resetAndDestroy()],
  ['a reset in the body', resetInBody],
  ['no answer', () => undefined],
  ['a stalled body', (response) => response.writeHead(200).write('{')],
  ['a body that trickles', trickle],
];

function resetInBody(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': '500' }).write('{"retCode":0,"result":{"orderId":"1"}');
  setTimeout(() => response.socket?.resetAndDestroy(), 20);
}

/** Each byte comes well within every pause that is allowed between two bytes; only the whole takes too long. */
function trickle(response: ServerResponse): void {
  response.writeHead(200);
  const timer = setInterval(() => response.write(' '), REQUEST_TIMEOUT_MS / 10);
  response.on('close', () => clearInterval(timer));
}
