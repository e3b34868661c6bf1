import { venueAccountWorkflowId } from '../../src/messages/ids';
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
