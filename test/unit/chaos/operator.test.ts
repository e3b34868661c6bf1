/** The person in the attack: settles what the venue does not show, with what its books say, once the product has alerted. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Operator } from '../../../chaos/operator';
import type { Access } from '../../../chaos/product';
import type { HandedIn } from '../../../chaos/submitter';
import type { AuditedOrder, VenueAuditor } from '../../../chaos/venue-auditor';
import { waitFor } from '../../../harness/wait-for';
import type { SettleCommand } from '../../../src/messages/signal';

const HANDED_IN = { fingerprint: 'f00d', clientOrderId: 'order-1' } as HandedIn;

let folder: string;
let outputFile: string;
let attending: AbortController;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'operator-'));
  outputFile = join(folder, 'output.log');
  attending = new AbortController();
});

afterEach(() => {
  attending.abort();
  rmSync(folder, { recursive: true, force: true });
});

function order(changes: Partial<AuditedOrder>): AuditedOrder {
  const none = {
    orderLinkId: 'order-1',
    orderStatus: 'Cancelled',
    cumExecQty: '0',
    avgPrice: '',
    cumExecFee: '0',
  } as const;
  return { ...none, ...changes } as AuditedOrder;
}

interface Scene {
  readonly lost?: readonly string[];
  readonly orders?: readonly AuditedOrder[];
  readonly state?: string;
}

/** Lets an operator attend, and tells what was said to the product until it had looked a few times. */
async function attend({ lost = ['order-1'], orders = [], state = 'MISSING' }: Scene) {
  const words: SettleCommand[] = [];
  let looks = 0;
  const auditor = {
    lostClientIds: async () => {
      looks += 1;
      return new Set(lost);
    },
    orders: async () => orders,
  } as unknown as VenueAuditor;
  const executeUpdate = async (_update: unknown, { args: [word] }: { args: [SettleCommand] }) => {
    words.push(word);
    return { accepted: true, message: '' };
  };
  const access = {
    intake: { show: async () => ({ state }) },
    client: {
      withDeadline: (_deadline: number, ask: () => Promise<unknown>) => ask(),
      workflow: { getHandle: () => ({ executeUpdate }) },
    },
  } as unknown as Access;
  const operator = new Operator({ auditor, outputFile, signals: () => [HANDED_IN], engineKills: () => 0 });
  const running = operator.run(access, attending.signal).catch(() => undefined);
  await waitFor('the operator to have looked', async () => looks >= 2, { intervalMs: 10, timeoutMs: 10_000 });
  attending.abort();
  await running;
  return { words, settled: operator.settled };
}

const ALERT = '2026-01-01 ALERT f00d: look at the venue\n';

test('an order that never existed is settled as nothing, once', async () => {
  writeFileSync(outputFile, ALERT);
  const { words, settled } = await attend({});
  expect(words).toMatchObject([{ filledQuantity: '0', reason: expect.any(String) }]);
  expect(words[0]).not.toHaveProperty('averagePrice');
  expect(settled).toBe(1);
});

test('an order that was forgotten is settled as what it filled', async () => {
  writeFileSync(outputFile, ALERT);
  const filled = { cumExecQty: '0.4', avgPrice: '101.5', cumExecFee: '0.02' };
  const { words } = await attend({ orders: [order(filled)] });
  expect(words).toMatchObject([{ filledQuantity: '0.4', averagePrice: '101.5', fee: '0.02' }]);
});

test.each<readonly [string, string, Scene]>([
  ['an order that is still open there', ALERT, { orders: [order({ orderStatus: 'PartiallyFilled' })] }],
  ['an order that the venue shows', ALERT, { lost: [] }],
  ['a signal that is not missing', ALERT, { state: 'WORKING' }],
  ['a signal without an alert of its own', '2026-01-01 ALERT beef: look\n2026-01-01 f00d WORKING\n', {}],
])('%s is left to the product', async (_, output, scene) => {
  writeFileSync(outputFile, output);
  expect(await attend(scene)).toEqual({ words: [], settled: 0 });
});
