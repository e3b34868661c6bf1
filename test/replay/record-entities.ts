import { ENTITIES_TASK_QUEUE, formerVenueAccountWorkflowId, venueAccountWorkflowId } from '../../src/messages/ids';
import { batchUpdate, snapshotSignal, VENUE_ACCOUNT_WORKFLOW_TYPE } from '../../src/messages/venue-account';
import { moveFormerAccount } from '../../workers/former-account';
import { onPaper, reserveCommand, SETTINGS } from '../support/account-commands';
import type { TestEngine } from '../support/engine';
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

/** Trades until there were enough runs. */
async function continueAsNew(engine: TestEngine, workflowId: string): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    if ((await runChain(engine.parts.client, workflowId)).length >= RUNS) return;
    await Promise.all(Array.from({ length: TRADES_AT_ONCE }, () => engine.trade()));
  }
  throw new Error(`No ${RUNS} runs of ${workflowId} within ${ROUNDS_MAX} rounds of trades.`);
}
