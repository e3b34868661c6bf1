import { balanceLedgerWorkflowId, rateLimiterWorkflowId } from '../../src/messages/ids';
import type { TestEngine } from '../support/engine';
import { runChain, type Recording } from './recording';

const RUNS = 3;
const TRADES_AT_ONCE = 5;
const ROUNDS_MAX = 40;

/** Ledger and limiter as the other recordings left them: a run that continued as new, and the run after it. */
export async function recordEntities(engine: TestEngine): Promise<readonly Recording[]> {
  const ledgerId = balanceLedgerWorkflowId(engine.config.venue);
  const limiterId = rateLimiterWorkflowId(engine.config.venue);
  await continueAsNew(engine, [ledgerId, limiterId]);
  return [
    ...(await recordChain(engine, 'balance-ledger', ledgerId)),
    ...(await recordChain(engine, 'rate-limiter', limiterId)),
  ];
}

/** Trades until every entity has had enough runs. */
async function continueAsNew(engine: TestEngine, workflowIds: readonly string[]): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const chains = await Promise.all(workflowIds.map((workflowId) => runChain(engine.room.client, workflowId)));
    if (chains.every((chain) => chain.length >= RUNS)) return;
    await Promise.all(Array.from({ length: TRADES_AT_ONCE }, () => engine.trade()));
  }
  throw new Error(`No ${RUNS} runs of ${workflowIds.join(' and ')} within ${ROUNDS_MAX} rounds of trades.`);
}

async function recordChain(engine: TestEngine, name: string, workflowId: string): Promise<readonly Recording[]> {
  const chain = await runChain(engine.room.client, workflowId);
  return [
    { name: `${name}-first-run`, workflowId, runId: chain[0] },
    { name: `${name}-second-run`, workflowId, runId: chain[1] },
    { name: `${name}-latest-run`, workflowId, runId: chain.at(-1) },
  ];
}
