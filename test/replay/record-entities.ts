import type { ReserveResult } from '../../src/domain/ledger/types';
import {
  ENTITIES_TASK_QUEUE,
  formerVenueAccountWorkflowId,
  venueAccountWorkflowId,
  venueTaskQueue,
} from '../../src/messages/ids';
import {
  batchUpdate,
  commitSignal,
  positionClosedSignal,
  riskQuery,
  snapshotSignal,
  VENUE_ACCOUNT_WORKFLOW_TYPE,
} from '../../src/messages/venue-account';
import { createWorker } from '../../src/temporal/worker';
import { moveFormerAccount } from '../../workers/former-account';
import { onPaper, reserveCommand, SETTINGS } from '../support/account-commands';
import { eventually, type TestEngine } from '../support/engine';
import { Desk } from '../unit/domain/risk/desk';
import { runChain, type Recording } from './recording';

const RUNS = 3;
const TRADES_AT_ONCE = 5;
const ROUNDS_MAX = 40;

/** The account as the other recordings left it: runs that continued as new, and the run after them. */
export async function recordEntities(engine: TestEngine): Promise<readonly Recording[]> {
  const workflowId = venueAccountWorkflowId(engine.parts.ours);
  await continueAsNew(engine, workflowId);
  const chain = await runChain(engine.parts.client, workflowId);
  return [
    { name: 'venue-account-first-run', workflowId, runId: chain[0] },
    { name: 'venue-account-second-run', workflowId, runId: chain[1] },
    { name: 'venue-account-latest-run', workflowId, runId: chain.at(-1) },
    ...(await moved(engine)),
    ...(await unseen(engine)),
  ];
}

/** An account of before environments travelled along, which hands a reservation over, and its successor. */
async function moved({ parts: { client } }: TestEngine): Promise<readonly Recording[]> {
  const venue = 'recorder';
  const former = await client.workflow.start(VENUE_ACCOUNT_WORKFLOW_TYPE, {
    workflowId: formerVenueAccountWorkflowId(venue),
    taskQueue: ENTITIES_TASK_QUEUE,
    args: [{ ...SETTINGS, environment: undefined, venue }],
  });
  const figures = { total: '1000', available: '1000', locked: '0' };
  await former.signal(snapshotSignal, { asOfMs: Date.now(), assets: { USDT: figures } });
  const reserve = { kind: 'reserve', command: reserveCommand('held by the former one') } as const;
  await former.executeUpdate(batchUpdate, { args: [[reserve]] });
  await moveFormerAccount(client, onPaper(venue));
  const successor = client.workflow.getHandle(venueAccountWorkflowId(onPaper(venue)));
  await successor.executeUpdate(batchUpdate, { args: [[reserve]] });
  return [
    { name: 'venue-account-moved', workflowId: former.workflowId },
    { name: 'venue-account-after-moving', workflowId: successor.workflowId },
  ];
}

/** An entry that filled while no report showed its position, and those that follow it before and after that is booked. */
async function unseen({ parts, config }: TestEngine): Promise<readonly Recording[]> {
  const at = onPaper('unseen');
  const workflowId = venueAccountWorkflowId(at);
  const figures = { total: '10000', available: '10000', locked: '0', equity: '10000' };
  const worker = await createWorker({
    connection: parts.connection,
    namespace: config.temporal.namespace,
    taskQueue: venueTaskQueue(at),
    activities: {
      fetchBalances: async () => ({ asOfMs: Date.now(), assets: { USDT: figures } }),
      fetchPositions: async () => ({ asOfMs: Date.now(), rows: [], unreadable: [] }),
      fetchMoneyLog: async () => [],
      tellPosition: async () => undefined,
    },
  });
  return worker.runUntil(async () => {
    const desk = new Desk({ risk: { coolDownMinutes: 5 } });
    const account = await parts.client.workflow.start(VENUE_ACCOUNT_WORKFLOW_TYPE, {
      workflowId,
      taskQueue: ENTITIES_TASK_QUEUE,
      args: [{ ...SETTINGS, ...at, riskTerms: { ...desk.terms, positionLagMs: 0 } }],
    });
    const reported = async () => (await account.query(riskQuery)).positionsAsOfMs;
    const reserve = async () => {
      const command = desk.command('BTCUSDT');
      const [answer] = await account.executeUpdate(batchUpdate, { args: [[{ kind: 'reserve', command }]] });
      return { command, result: answer as ReserveResult };
    };
    const denied = (words: string) =>
      eventually(async () => {
        const { result } = await reserve();
        return result.status === 'denied' && result.denial.message.includes(words);
      });
    const { reservationId } = await eventually(async () => {
      const { command, result } = await reserve();
      return result.status === 'reserved' && command;
    });
    const reservedAtMs = Date.now();
    const executedAtMs = await eventually(async () => {
      const asOfMs = await reported();
      return asOfMs > reservedAtMs && asOfMs - 1;
    });
    const fill = { requestId: 'fill', reservationId, amount: '10', executedAtMs, reason: '', quantity: '1' };
    await account.signal(commitSignal, fill);
    await denied('no report shows its position');
    const closed = { symbol: 'BTCUSDT', openedAtMs: executedAtMs, closedAtMs: executedAtMs, net: '-1' };
    await account.signal(positionClosedSignal, { ...closed, reason: 'STOP_LOSS' });
    await denied('No entry is taken in it until');
    return [{ name: 'venue-account-unseen', workflowId }];
  });
}

/** Trades until there were enough runs. */
async function continueAsNew(engine: TestEngine, workflowId: string): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    if ((await runChain(engine.parts.client, workflowId)).length >= RUNS) return;
    await Promise.all(Array.from({ length: TRADES_AT_ONCE }, () => engine.trade()));
  }
  throw new Error(`No ${RUNS} runs of ${workflowId} within ${ROUNDS_MAX} rounds of trades.`);
}
