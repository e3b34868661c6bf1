import { fileURLToPath } from 'node:url';

import { BenchFailure, within } from './failure.mjs';
import { startProcess } from './processes.mjs';

/**
 * @typedef {object} Venue
 * @property {(orderId: string) => Promise<number>} placeOrder sends one order; answers when the venue received it
 * @property {() => Promise<{ orders: number, deliveries: number }>} takeCount counts the orders since the last count
 * @property {() => Promise<void>} stop
 */

/** @param {string} url @param {object} body @returns {Promise<any>} */
async function post(url, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new BenchFailure(`The stub venue answered with status ${response.status}.`);
  return response.json();
}

/** Starts the stub venue. @returns {Promise<Venue>} */
export async function startVenue() {
  const file = fileURLToPath(new URL('venue-server.mjs', import.meta.url));
  const server = startProcess('The stub venue', process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const started = new Promise((resolve) => server.child.once('message', resolve));
  const { port } = await within(started, 10_000, 'The stub venue did not start within 10 s.');
  const url = `http://127.0.0.1:${port}`;
  return {
    placeOrder: async (orderId) => (await post(`${url}/order`, { orderId })).receivedAtMs,
    takeCount: () => post(`${url}/count`, {}),
    stop: server.stop,
  };
}
