import { createServer } from 'node:http2';

import * as restate from '@restatedev/restate-sdk';
import * as clients from '@restatedev/restate-sdk-clients';

import { BenchFailure } from './failure.mjs';
import { undoLater } from './processes.mjs';
import './promise-with-resolvers.mjs';
import { startRestateServer } from './restate-server.mjs';
import { ORDER_COST, PERMITS_PER_WINDOW, START_BALANCE, VENUE, WINDOW_MS } from './saga.mjs';
import { findVersion } from './versions.mjs';

const EMPTY_BOOK = { available: START_BALANCE, spent: 0, reserved: {} };
const LEDGER = { name: 'ledger' };
const LIMITER = { name: 'limiter' };
const SAGA = { name: 'saga' };

/** The ledger is a virtual object: Restate keeps its state and lets one call at a time change it. */
const ledger = restate.object({
  name: LEDGER.name,
  handlers: {
    reserve: async (context, signalId) => {
      const book = (await context.get('book')) ?? EMPTY_BOOK;
      if (book.available < ORDER_COST) throw new restate.TerminalError('The ledger refused a reservation.');
      const reserved = { ...book.reserved, [signalId]: ORDER_COST };
      context.set('book', { ...book, available: book.available - ORDER_COST, reserved });
    },
    commit: async (context, signalId) => {
      const book = (await context.get('book')) ?? EMPTY_BOOK;
      const { [signalId]: amount = 0, ...reserved } = book.reserved;
      context.set('book', { ...book, spent: book.spent + amount, reserved });
    },
    read: async (context) => (await context.get('book')) ?? EMPTY_BOOK,
  },
});

const limiter = restate.object({
  name: LIMITER.name,
  handlers: {
    permit: async (context, sentAtMs) => {
      const window = (await context.get('window')) ?? { startedAtMs: 0, used: 0 };
      const isOver = sentAtMs - window.startedAtMs >= WINDOW_MS;
      if (!isOver && window.used >= PERMITS_PER_WINDOW) {
        throw new restate.TerminalError('The limiter refused a permit.');
      }
      context.set('window', isOver ? { startedAtMs: sentAtMs, used: 1 } : { ...window, used: window.used + 1 });
    },
  },
});

/** @param {import('./venue.mjs').Venue} venue */
function defineSaga(venue) {
  return restate.service({
    name: SAGA.name,
    handlers: {
      run: async (context, signal) => {
        await context.objectClient(LEDGER, signal.account).reserve(signal.id);
        await context.objectClient(LIMITER, VENUE).permit(signal.sentAtMs);
        const receivedAtMs = await context.run('order', () => venue.placeOrder(signal.id));
        await context.objectClient(LEDGER, signal.account).commit(signal.id);
        return receivedAtMs;
      },
    },
  });
}

/** @param {object[]} services @returns {Promise<{ url: string, stop: () => Promise<void> }>} */
async function serveEndpoint(services) {
  // Warnings and errors, each once: the SDK's default also tells each call, and a failing handler is tried for ever.
  const said = new Set();
  const logger = (meta, ...words) => {
    const [line] = words.join(' ').split('\n');
    const isUnsigned = line.startsWith('Accepting requests without validating'); // As it should: on 127.0.0.1 only.
    if (!['warn', 'error'].includes(meta.level) || isUnsigned || said.has(line)) return;
    said.add(line);
    process.stderr.write(`Restate: ${line}\n`);
  };
  const server = createServer(restate.createEndpointHandler({ services, logger }));
  const sessions = new Set();
  server.on('session', (session) => sessions.add(session));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const stop = undoLater(async () => {
    for (const session of sessions) session.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${server.address().port}`, stop };
}

/** @param {string} adminUrl @param {string} endpointUrl */
async function register(adminUrl, endpointUrl) {
  const response = await fetch(`${adminUrl}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri: endpointUrl }),
  });
  if (response.ok) return;
  throw new BenchFailure(`Restate did not register the endpoint (status ${response.status}): ${await response.text()}`);
}

/**
 * Starts a private Restate server, and the saga's endpoint in this process.
 * @param {import('./venue.mjs').Venue} venue
 * @param {string[]} accounts
 * @returns {Promise<import('./saga.mjs').Engine>}
 */
export async function startRestate(venue, accounts) {
  const server = await startRestateServer();
  const endpoint = await serveEndpoint([ledger, limiter, defineSaga(venue)]);
  await register(server.adminUrl, endpoint.url);
  const ingress = clients.connect({ url: server.ingressUrl });
  const saga = ingress.serviceClient(SAGA);
  return {
    version: `Restate ${server.version}, its SDK ${findVersion('@restatedev/restate-sdk')}`,
    durability: server.durability,
    runSaga: (signal) => saga.run(signal, clients.rpc.opts({ idempotencyKey: signal.id })),
    readLedger: async () => {
      const books = await Promise.all(accounts.map((account) => ingress.objectClient(LEDGER, account).read()));
      const spent = books.reduce((sum, book) => sum + book.spent, 0);
      return { spent, reserved: books.reduce((sum, book) => sum + START_BALANCE - book.available - book.spent, 0) };
    },
    stop: async () => {
      await server.stop();
      await endpoint.stop();
    },
  };
}
