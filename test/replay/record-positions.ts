import type { ProtectionSettings } from '../../src/domain/protection/types';
import { createWorker } from '../../src/temporal/worker';
import { SIGNAL_WORKFLOW_TYPE } from '../../src/messages/signal';
import { venueTaskQueue } from '../../src/messages/ids';
import { closePositionUpdate, protectPositionUpdate } from '../../src/messages/position';
import { onPaper } from '../support/account-commands';
import { eventually, type TestEngine } from '../support/engine';
import { DESK_VENUE, DeskPosition, missedTrade, PositionDesks } from '../support/position-desk';
import { runChain, type Recording } from './recording';

const REPORTS_MAX = 200;
const CLOSE = { requestId: 'close-1', words: 'the recorder wants it', reason: 'OPERATOR' } as const;
const STOP = '59976';

/** Lives of positions at a venue that is played; each takes other ways through the workflow. */
export async function recordPositions(engine: TestEngine): Promise<readonly Recording[]> {
  const { connection } = engine.parts;
  const desks = new PositionDesks();
  const worker = await createWorker({
    connection,
    namespace: engine.config.temporal.namespace,
    taskQueue: venueTaskQueue(onPaper(DESK_VENUE)),
    activities: desks.venueActivities,
  });
  return worker.runUntil(async () => {
    const recordings: Recording[] = [];
    for (const scene of [restored, passed, refusedExit, adjusted, foreign, missed, continued]) {
      recordings.push(...(await scene(engine, desks)));
    }
    return recordings;
  });
}

type Scene = (engine: TestEngine, desks: PositionDesks) => Promise<readonly Recording[]>;

function positionOf(
  { parts: { client } }: TestEngine,
  desks: PositionDesks,
  symbol: string,
  protection: Partial<ProtectionSettings> = {},
): DeskPosition {
  return new DeskPosition(client, desks.of(symbol), protection);
}

/** A lost stop that is refused, unknown and set, and a position that the venue closes then. */
const restored: Scene = async (engine, desks) => {
  const position = positionOf(engine, desks, 'RESTORED');
  position.desk.open();
  position.desk.answers.push('rejected', 'unknown', 'no_position', 'rate_limited');
  await position.tell();
  await eventually(async () => (await position.view()).state === 'PROTECTED');
  position.desk.row = null;
  await position.tell();
  await position.handle.result();
  return [{ name: 'position-stop-restored', workflowId: position.handle.workflowId }];
};

/** No stop can be had, and an exit that exists already closes the position. */
const passed: Scene = async (engine, desks) => {
  const position = positionOf(engine, desks, 'PASSED');
  const existing = await engine.trade({ amount: '0.01' });
  desks.fingerprints = () => existing.fingerprint;
  desks.exists(existing.fingerprint, '0.5');
  position.desk.open();
  position.desk.answers.push('price_passed');
  await position.tell();
  await eventually(async () => (await position.view()).exitFingerprint !== undefined);
  position.desk.row = null;
  await position.handle.result();
  desks.fingerprints = (made) => made;
  return [{ name: 'position-price-passed', workflowId: position.handle.workflowId }];
};

/** An exit that is refused, and then nothing is left; a person asked for it. */
const refusedExit: Scene = async (engine, desks) => {
  const position = positionOf(engine, desks, 'REFUSED');
  position.desk.open({ stopLoss: STOP });
  await position.tell();
  await position.handle.executeUpdate(closePositionUpdate, { args: [CLOSE] });
  await eventually(async () => (await position.view()).exitRounds > 1);
  position.desk.row = null;
  await position.handle.result();
  return [{ name: 'position-exit-refused', workflowId: position.handle.workflowId }];
};

/** A part of it is closed, its stop goes to the entry's price, a person moves it, and a halt holds its end back. */
const adjusted: Scene = async (engine, desks) => {
  const rules = { breakEvenFraction: '0.001', trailingFraction: '0.01', maxHoldingMinutes: 1 };
  const position = positionOf(engine, desks, 'ADJUSTED', rules);
  const { desk } = position;
  desk.tradingState = 'halted';
  desk.open({ stopLoss: STOP, openedAtMs: Date.now() - 120_000 });
  await position.tell();
  await eventually(async () => desk.changes.length >= 2);
  await position.handle.executeUpdate(protectPositionUpdate, {
    args: [{ requestId: 'a', words: 'the recorder', stopLoss: '61250', force: true }],
  });
  await eventually(async () => (await position.view()).row?.stopLoss === '61250');
  await position.handle.executeUpdate(closePositionUpdate, { args: [CLOSE] });
  desk.row = null;
  await position.tell();
  await position.handle.result();
  return [{ name: 'position-adjusted-while-halted', workflowId: position.handle.workflowId }];
};

/** Nobody here opened it. */
const foreign: Scene = async (engine, desks) => {
  const position = positionOf(engine, desks, 'FOREIGN');
  const { desk } = position;
  desk.openers = [];
  desk.open();
  await position.tell();
  await eventually(async () => (await position.view()).marks.includes('foreign'));
  desk.row = null;
  await position.tell();
  await position.handle.result();
  return [{ name: 'position-foreign', workflowId: position.handle.workflowId }];
};

/** Others of ours that no report showed are booked with it. */
const missed: Scene = async (engine, desks) => {
  const position = positionOf(engine, desks, 'MISSED');
  const { desk } = position;
  desk.open({ stopLoss: STOP });
  await position.tell();
  const later = { openedAtMs: Date.now(), closedAtMs: Date.now() + 1_000 };
  desk.missed = [missedTrade('MISSED'), missedTrade('MISSED', later)];
  desk.row = null;
  await position.tell();
  await position.handle.result();
  return [{ name: 'position-with-missed-ones', workflowId: position.handle.workflowId }];
};

/** A new run while an exit is under way, and one for the next episode. */
const continued: Scene = async (engine, desks) => {
  const { client } = engine.parts;
  const position = positionOf(engine, desks, 'CONTINUED');
  const { desk } = position;
  const fingerprint = 'c'.repeat(16);
  const exit = await client.workflow.start(SIGNAL_WORKFLOW_TYPE, {
    workflowId: fingerprint,
    taskQueue: 'nobody',
    args: [],
  });
  desks.fingerprints = () => fingerprint;
  desk.open({ stopLoss: STOP });
  await position.tell();
  const { workflowId, runId } = await position.handle.describe();
  await position.handle.executeUpdate(closePositionUpdate, { args: [CLOSE] });
  for (let reports = 0; (await position.handle.describe()).runId === runId; reports += 1) {
    if (reports === REPORTS_MAX) throw new Error(`No new run within ${REPORTS_MAX} reports.`);
    await position.tell();
  }
  desks.exists(fingerprint, '0.5');
  desk.open({ stopLoss: '60500', openedAtMs: Date.now() });
  await position.tell();
  await eventually(async () => (await position.view()).exitRounds === 0);
  desk.row = null;
  await position.tell();
  await position.handle.result();
  await exit.terminate('the recorder saw enough');
  desks.fingerprints = (made) => made;
  const chain = await runChain(client, workflowId);
  const names = ['position-continued-while-exiting', 'position-after-continuing', 'position-next-episode'];
  return names.map((name, index) => ({ name, workflowId, runId: index === 2 ? chain.at(-1) : chain[index] }));
};
