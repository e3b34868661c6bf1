// The stub venue, in a process of its own so that its work is not the engines' work. It answers at once, says when it
// received an order, and counts each order's id, so that the bench can tell a lost or doubled order.
import { createServer } from 'node:http';

import { nowMs } from './clock.mjs';

/** How often each order was received, by its id. @type {Map<string, number>} */
let timesReceived = new Map();

/** @param {import('node:http').ServerResponse} response @param {number} status @param {object} body */
function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Answers with the orders seen since the last count, and starts the next count. */
function takeCount(response) {
  const orders = timesReceived.size;
  const deliveries = [...timesReceived.values()].reduce((sum, times) => sum + times, 0);
  timesReceived = new Map();
  answer(response, 200, { orders, deliveries });
}

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => (text += chunk));
  request.on('end', () => {
    const receivedAtMs = nowMs();
    if (request.method !== 'POST') return answer(response, 405, {});
    if (request.url === '/count') return takeCount(response);
    const { orderId } = JSON.parse(text);
    timesReceived.set(orderId, (timesReceived.get(orderId) ?? 0) + 1);
    return answer(response, 200, { orderId, receivedAtMs });
  });
});
// Longer than a run: a connection that the venue closes between two orders would show up as an engine's error.
server.keepAliveTimeout = 300_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
// The bench is gone when the channel closes, also when it was killed and could not say so.
process.on('disconnect', () => process.exit(0));
