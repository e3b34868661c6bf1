/** An exit whose order is missing ends by a person's word: whoever asks for its position is told so. */
import type { Client } from '@temporalio/client';
import type { SignalView } from '../../../src/domain/signal-view';
import { presentPosition } from '../../../src/api/present-position';
import { describeClosing } from '../../../src/cli/flatten';
import { renderPosition, renderPositions } from '../../../src/cli/render-position';
import { PLAIN } from '../../../src/cli/terminal';
import { positionWorkflowId } from '../../../src/messages/ids';
import { positionStateQuery } from '../../../src/messages/position';
import { SIGNAL_WORKFLOW_TYPE, stateQuery } from '../../../src/messages/signal';
import { closeAll } from '../../../src/positions/flatten';
import { PositionWorkflows } from '../../../src/positions/position-workflows';
import { aPositionView, aRow } from './samples';

const OURS = { environment: 'paper', venue: 'bybit' } as const;
const FINGERPRINT = '0123456789abcdef';
const SINCE_MS = Date.UTC(2026, 0, 5, 14, 2, 24);
const WORDS =
  'The order of-1-1 of its exit 0123456789abcdef is MISSING since 2026-01-05 14:02:24Z, and no other exit is made before somebody says what became of it: look for it at bybit, and give your word with "oncefill signal settle 0123456789abcdef".';

const MISSING = {
  fingerprint: FINGERPRINT,
  venue: 'bybit',
  state: 'MISSING',
  wordAwaitedSinceMs: SINCE_MS,
  order: { clientOrderId: 'of-1-1', quantity: '0.5', filledQuantity: '0' },
  detail: 'bybit had accepted the order and does not know it.',
} as unknown as SignalView;

const reply = { accepted: true, message: 'The position of BTCUSDT is being closed already (OPERATOR).' };

/** A server with a position whose exit was begun so long ago, and the signal of that. */
function serverWith(exit: SignalView | Error, { exitAgeMs = 60_000 } = {}) {
  const asked: string[] = [];
  const view = aPositionView({
    state: 'EXITING',
    stateReason: 'Exit 1 (an operator) is under way.',
    exitFingerprint: FINGERPRINT,
    exitUnderWay: { round: 1, sinceMs: Date.now() - exitAgeMs, fingerprint: FINGERPRINT, clientOrderId: 'of-1-1' },
  });
  const workflowId = positionWorkflowId(OURS, 'BTCUSDT');
  const getHandle = (id: string) => ({
    describe: async () => ({
      status: { name: 'RUNNING' },
      type: id === workflowId ? 'position' : SIGNAL_WORKFLOW_TYPE,
    }),
    executeUpdate: async () => reply,
    query: async (definition: unknown) => {
      if (definition === positionStateQuery) return view;
      asked.push(id);
      if (exit instanceof Error) throw exit;
      return definition === stateQuery ? exit : undefined;
    },
  });
  const list = async function* () {
    yield { workflowId };
  };
  const client = {
    workflow: { list, getHandle },
    withDeadline: (_deadline: unknown, work: () => Promise<unknown>) => work(),
  } as unknown as Client;
  return { asked, view, positions: new PositionWorkflows(client, OURS) };
}

const close = { requestId: 'close:1', words: 'a person', reason: 'OPERATOR' } as const;

test('whoever looks at it, lists it or has it closed is told which order waits, since when, and for which command', async () => {
  const { positions } = serverWith(MISSING);
  const view = (await positions.show('BTCUSDT'))!;
  expect(view.stateReason).toBe(WORDS);
  const [listed] = await positions.list();
  expect(listed?.view).toEqual(view);
  expect(presentPosition(view)).toMatchObject({
    state_reason: WORDS,
    word_awaited: { fingerprint: FINGERPRINT, client_order_id: 'of-1-1', since: '2026-01-05T14:02:24.000Z' },
  });
  expect(renderPosition(view, 'USDT', PLAIN)).toContain(WORDS);
  expect(renderPositions([listed!], 'USDT', PLAIN)).toContain(`BTCUSDT: ${WORDS}`);
  expect(await positions.close('BTCUSDT', close)).toEqual({ accepted: true, message: `${reply.message} ${WORDS}` });
});

test('whoever closes everything is told why one does not end', async () => {
  const { positions } = serverWith(MISSING);
  const [closing] = await closeAll(positions, { words: 'going out', reason: 'OPERATOR', waitMaxMs: 1 });
  expect(describeClosing(closing!, 'USDT')).toContain(WORDS);
});

test.each<[string, SignalView | Error, object]>([
  ['of which the venue tells', { ...MISSING, state: 'WORKING', wordAwaitedSinceMs: undefined }, {}],
  ['that nobody tells of', new Error('nobody answers'), {}],
  ['that has just begun', MISSING, { exitAgeMs: 0 }],
])('an exit %s waits for nobody’s word', async (_what, exit, age) => {
  const { positions, view } = serverWith(exit, age);
  expect(await positions.show('BTCUSDT')).toEqual(view);
  expect(await positions.close('BTCUSDT', close)).toEqual(reply);
});

test('of a position without an exit no signal is asked', async () => {
  const { positions, asked, view } = serverWith(MISSING);
  Object.assign(view, aPositionView({ row: aRow() }), { exitUnderWay: undefined });
  await positions.show('BTCUSDT');
  await positions.close('BTCUSDT', close);
  expect(asked).toEqual([]);
});
