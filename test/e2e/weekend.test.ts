/**
 * A weekend: the product is off from Friday to Sunday with an order resting at the venue, which cancels it on the first night
 * and has forgotten it when the product comes back. What the operator then sees, and how it ends.
 *
 * The venue's sixty hours pass on its own clock while the product is off. The machine's clock goes on as it is, so that the
 * signal's time to live is what passes on the product's side.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { stopChild } from '../../harness/child-process';
import { Installation } from '../../harness/installation';
import { UNBOUNDED_RISK } from '../../harness/unbounded-risk';
import { waitFor } from '../../harness/wait-for';
import { tradingVenueOf } from '../../src/config/trading-environment';
import { venueAccountWorkflowId } from '../../src/messages/ids';
import { balancesQuery, refreshSignal, reservationsQuery } from '../../src/messages/venue-account';
import { ExitCode } from '../../src/process/exit-codes';
import { connectClient, resolveTarget } from '../../src/temporal/connection';
import { SERVER_START_TIMEOUT_MS } from '../support/test-server';
import { audit, get, send } from './support/trading';

const HOUR_MS = 3_600_000;
const CANCELLED_AFTER_MS = 10 * HOUR_MS;
const WEEKEND_MS = 60 * HOUR_MS;
/** Bybit's own figure for orders that filled nothing. */
const MEMORY_MS = 24 * HOUR_MS;
/** Long enough to see the order rest and to stop everything before it passes. */
const TIME_TO_LIVE_SECONDS = 25;
/** An order that the venue had is given so long before it counts as missing. */
const UNKNOWN_ALERT_SECONDS = 5;
const MISSING_MAX_MS = 180_000;
const STEP_MAX_MS = 60_000;
const TEST_MAX_MS = 600_000;
/** Far below every price of the simulated market. */
const LIMIT_PRICE = '1000';

interface ShownSignal {
  readonly state: string;
  readonly outcome?: string;
  readonly detail: string;
  readonly reserved_amount?: string;
  readonly order?: { readonly client_order_id: string; readonly filled_quantity: string };
}

let product: Installation;

beforeEach(async () => {
  product = await Installation.create({
    name: 'weekend',
    settings: {
      signals: { timeToLiveSeconds: TIME_TO_LIVE_SECONDS },
      orders: { lookUpDelayMs: 500, lookUpDelayMaxMs: 5_000, unknownAlertSeconds: UNKNOWN_ALERT_SECONDS },
      ml: { enabled: false },
      ...UNBOUNDED_RISK,
    },
  });
}, SERVER_START_TIMEOUT_MS);

afterEach(() => product.close());

function eventually<Value>(what: string, check: () => Promise<Value | undefined | false>, timeoutMs = STEP_MAX_MS) {
  return waitFor(what, check, { timeoutMs, intervalMs: 200, explain: () => product.lastWords() });
}

function shown(fingerprint: string): Promise<ShownSignal | undefined> {
  return get<ShownSignal>(`${product.apiUrl}/api/signals/${fingerprint}`);
}

/** Whatever status the answer has. */
async function health(): Promise<string> {
  const response = await fetch(`${product.apiUrl}/health`);
  return ((await response.json()) as { readonly status: string }).status;
}

async function control(path: string, command: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(product.venueUrl + path, { method: 'POST', headers, body: JSON.stringify(command) });
  return response.json();
}

/** The exchange goes on while nobody of ours is there. */
async function letTheWeekendPass(clientOrderId: string): Promise<void> {
  const venue = product.spawn(['paper-venue']);
  await eventually('the venue', () => get(`${product.venueUrl}/paper/audit`));
  await control('/paper/clock', { offsetMs: CANCELLED_AFTER_MS });
  expect(await control('/paper/cancel', { clientOrderId })).toEqual({ cancelled: clientOrderId });
  await control('/paper/clock', { offsetMs: WEEKEND_MS });
  expect(await control('/paper/forget', { closedForMs: MEMORY_MS })).toEqual({ forgotten: [clientOrderId] });
  await stopChild(venue);
}

/** What the ledger holds and what the venue says, in the same words. */
async function books(client: Client) {
  const ledger = client.workflow.getHandle(venueAccountWorkflowId(tradingVenueOf(product.config)));
  await ledger.signal(refreshSignal);
  const reservations = await ledger.query(reservationsQuery);
  const { total, locked, reserved, unsettled } = (await ledger.query(balancesQuery)).assets['USDT'] ?? {};
  return { reservations: reservations.map(({ id }) => id), total, locked, reserved, unsettled };
}

test(
  'an order that the venue cancelled and forgot while the product was off is MISSING, alerts, and ends on the word of a person',
  async () => {
    const sentAtMs = performance.now();
    product.start();
    await product.waitUntilHealthy();
    const signal = { symbol: 'BTCUSDT', direction: 'BUY', strategy: 'weekend', amount: '0.01' } as const;
    const { fingerprint } = await send(product, {
      ...signal,
      timestamp: new Date().toISOString(),
      limit_price: LIMIT_PRICE,
    });
    const resting = await eventually('the order to rest', async () => {
      const view = await shown(fingerprint);
      return view?.state === 'WORKING' && view;
    });
    const clientOrderId = resting.order?.client_order_id ?? '';
    expect((await audit(product)).orders).toMatchObject({ accepted: 1, open: 1 });

    expect(await product.interrupt()).toBe(ExitCode.SUCCESS);
    await letTheWeekendPass(clientOrderId);
    await sleep(Math.max(0, sentAtMs + TIME_TO_LIVE_SECONDS * 1_000 - performance.now()));
    product.start();

    const missing = await eventually(
      'the order to be missing',
      async () => {
        const view = await shown(fingerprint);
        return view?.state === 'MISSING' && view;
      },
      MISSING_MAX_MS,
    );
    // What the operator sees: an alert that names the signal, what to do in the signal's own text, and health.
    expect(missing.detail).toContain(clientOrderId);
    expect(missing.detail).toContain(`signal settle ${fingerprint}`);
    const output = readFileSync(product.outputFile, 'utf8').split('\n');
    expect(output.some((line) => line.includes('ALERT') && line.includes(fingerprint))).toBe(true);
    await eventually('health to tell of it', async () => ['degraded', 'unhealthy'].includes(await health()));

    const { client, connection } = await connectClient(resolveTarget(product.config, {}));
    try {
      expect((await books(client)).reservations).toEqual([fingerprint]);
      const words = ['--nothing', '--reason', 'cancelled on Friday night, seen in the order history export'];
      expect((await product.run(['signal', 'settle', fingerprint, ...words])).exitCode).toBe(ExitCode.SUCCESS);
      const ended = await eventually('the end', async () => {
        const view = await shown(fingerprint);
        return view?.state === 'ENDED' && view;
      });
      expect(ended).toMatchObject({ outcome: 'CANCELLED', order: { filled_quantity: '0' } });
      const { total, locked } = (await audit(product)).balances['USDT']!;
      await eventually('the books to agree', async () => {
        const ours = await books(client);
        const theirs = { reservations: [], total, locked, reserved: '0', unsettled: '0' };
        return JSON.stringify(ours) === JSON.stringify(theirs);
      });
      expect((await audit(product)).orders).toMatchObject({ accepted: 1, open: 0, rejected: 0 });
    } finally {
      await connection.close();
    }
    await product.waitUntilHealthy();
    expect(await product.interrupt()).toBe(ExitCode.SUCCESS);
  },
  TEST_MAX_MS,
);
