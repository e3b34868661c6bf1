/**
 * Six processes pace themselves to one venue whose limits are exactly the configured ones. The windows are shorter than
 * the product's, so that a dozen of them pass in half a minute; LIMITER_FULL_SCALE=1 runs the same at the product's own
 * limits, which takes about fifteen minutes.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { childEnvironment } from '../../harness/child-environment';
import { venueAccountWorkflowId } from '../../src/messages/ids';
import { accountStatsQuery } from '../../src/messages/venue-account';
import { startTestEngine, type TestEngine } from '../support/engine';
import { runSource } from '../support/run-source';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';
import type { PacedCallerInput, PacedCallerReport } from './fixtures/paced-caller';

const CALLER_ENTRY = join(__dirname, 'fixtures', 'paced-caller.ts');
const PROCESSES = 6;
const MARKET_DATA_CALLS = 1_000;
const ORDERS = 200;
const FULL_SCALE = process.env['LIMITER_FULL_SCALE'] === '1';
const WINDOW_MS = FULL_SCALE ? 60_000 : 2_000;
const PERMIT_VALIDITY_MS = FULL_SCALE ? 2_000 : 400;
const TEST_MAX_MS = FULL_SCALE ? 1_800_000 : 180_000;

/** The product's default limits in other windows. */
const LIMITS = {
  global: { limit: 120, windowMs: WINDOW_MS, weight: 1 },
  endpoints: {
    market_data: { limit: 100, windowMs: WINDOW_MS, weight: 1 },
    order: { limit: 80, windowMs: WINDOW_MS, weight: 2 },
    account: { limit: 60, windowMs: WINDOW_MS, weight: 1 },
  },
};

let environment: TestWorkflowEnvironment;
let engine: TestEngine;

beforeAll(async () => {
  environment = await startTestServer();
  engine = await startTestEngine(environment, {
    flags: [
      { path: 'venues.bybit.limits', value: LIMITS },
      { path: 'rateLimits.permitValidityMs', value: PERMIT_VALIDITY_MS },
    ],
  });
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await engine.close();
  await environment.teardown();
});

/** The `index`-th of equal parts, whole numbers that add up to the total. */
function partOf(total: number, index: number): number {
  return Math.floor(((index + 1) * total) / PROCESSES) - Math.floor((index * total) / PROCESSES);
}

async function runCaller(index: number): Promise<PacedCallerReport> {
  const input: PacedCallerInput = {
    config: engine.config,
    temporalAddress: environment.address,
    name: `caller-${index}`,
    marketDataCalls: partOf(MARKET_DATA_CALLS, index),
    orders: partOf(ORDERS, index),
  };
  const child = spawn(process.execPath, runSource(CALLER_ENTRY, JSON.stringify(input)), {
    env: childEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: TEST_MAX_MS,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return JSON.parse(output) as PacedCallerReport;
}

test(
  'six processes make 1,000 market-data calls and 200 orders without one breach at the venue',
  async () => {
    const reports = await Promise.all(Array.from({ length: PROCESSES }, (_, index) => runCaller(index)));

    const audit = engine.venue.audit();
    expect(reports.reduce((sum, { marketDataCalls }) => sum + marketDataCalls, 0)).toBe(MARKET_DATA_CALLS);
    expect(reports.reduce((sum, { ordersPlaced }) => sum + ordersPlaced, 0)).toBe(ORDERS);
    expect(audit.requestsPerEndpoint).toMatchObject({ kline: MARKET_DATA_CALLS, order_create: ORDERS });
    expect(audit.orders.accepted).toBe(ORDERS);
    expect(audit.limitBreaches.total).toBe(0);
    const account = engine.parts.client.workflow.getHandle(venueAccountWorkflowId(engine.parts.ours));
    expect((await account.query(accountStatsQuery)).limiter.blockedTotal).toBeGreaterThan(0);
  },
  TEST_MAX_MS,
);
