/** Signals that were recorded by every release are explained without a server, and nothing is claimed that they do not say. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';
import { GATES, type Explanation } from '../../src/domain/explain/types';
import { explainHistory } from '../../src/intake/signal-explainer';
import { historyToJson } from '../../src/temporal/history-json';
import { readHistories } from './history-files';

const FOLDER = join(packageRoot(), 'test', 'replay', 'histories');

function explainFile(name: string): Promise<Explanation> {
  return explainHistory(JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')));
}

/** Scenes by the beginning of their name, and the gate that explains them; undefined: what it opened is a position. */
const SCENES: readonly (readonly [name: string, outcome: string | undefined, decidedBy: string | undefined])[] = [
  ['filled', 'FILLED', undefined],
  ['sized-from-free-funds', 'FILLED', undefined],
  ['accepted-late', 'FILLED', undefined],
  ['answer-lost-then-found', 'FILLED', undefined],
  ['dropped-then-sent-again', 'FILLED', undefined],
  ['throttled-then-sent-again', 'FILLED', undefined],
  ['waited-for-a-permit', 'FILLED', undefined],
  ['missing-then-settled-as-filled', 'PARTIALLY_FILLED', undefined],
  ['partly-filled-then-cancelled', 'PARTIALLY_FILLED', undefined],
  ['refused', 'DENIED', 'admitted'],
  ['below-minimum', 'DENIED', 'sized'],
  ['insufficient-funds', 'DENIED', 'funded'],
  ['halted-while-waiting', 'DENIED', 'permitted'],
  ['expired-unsent', 'EXPIRED', 'permitted'],
  ['cancelled-before-sending', 'CANCELLED', 'permitted'],
  ['rejected', 'REJECTED', 'confirmed'],
  ['word-before-an-answer', 'CANCELLED', 'confirmed'],
  ['missing-then-settled-as-nothing', 'CANCELLED', 'settled'],
  ['resting-order-cancelled', 'CANCELLED', 'settled'],
  ['ioc-found-nothing', 'CANCELLED', 'settled'],
  ['orphan', 'CANCELLED', 'settled'],
  ['rested-long-and-continued-first-run', undefined, 'settled'],
  ['waited-long-and-continued-first-run', undefined, 'sized'],
];

const SIGNALS = readHistories().filter(({ name }) => name.startsWith('signal-'));

test.each(SCENES)('%s is explained in every release that recorded it', async (scene, outcome, decidedBy) => {
  const others = SCENES.map(([name]) => name).filter((name) => name.startsWith(`${scene}-`));
  const recorded = SIGNALS.filter(
    ({ name }) => name.startsWith(`signal-${scene}`) && !others.some((other) => name.startsWith(`signal-${other}`)),
  );
  expect(recorded.length).toBeGreaterThan(0);
  for (const { name, history } of recorded) {
    const explanation = await explainHistory(historyToJson(history));
    expect([name, explanation.outcome, explanation.decidedBy]).toEqual([name, outcome, decidedBy]);
  }
});

test('of no recorded signal more than one gate decides, and what is not written down is said to be so', async () => {
  for (const { history } of SIGNALS) {
    const { gates } = await explainHistory(historyToJson(history));
    expect(gates.map(({ gate }) => gate)).toEqual(GATES);
    expect(gates.filter(({ verdict }) => verdict === 'failed' || verdict === 'waiting').length).toBeLessThanOrEqual(1);
    // The bounds of risk are younger than these.
    expect(gates.find(({ gate }) => gate === 'risk')?.verdict).not.toBe('failed');
  }
});

test('attempts carry the words of the venue, and waits their end', async () => {
  const explanation = await explainFile('signal-throttled-then-sent-again-environment-travels');
  expect(explanation.attempts).toMatchObject([
    { kind: 'RATE_LIMITED' },
    { kind: 'PLACED', venueCode: '0', httpStatus: 200 },
  ]);
  const [wait] = explanation.waits;
  expect(wait!.untilMs).toBeGreaterThan(wait!.sinceMs);
});

test('what the command line of the server prints with values in place of payloads is read as well', async () => {
  const signal = { symbol: 'BTCUSDT', direction: 'BUY', strategy: 's', timestampMs: 1, intent: 'entry', amount: '1' };
  const input = [{ fingerprint: 'f', clientOrderId: 'o', venue: 'bybit', signal, source: { by: 'hook', name: 'tv' } }];
  const result = [
    {
      fingerprint: 'f',
      venue: 'bybit',
      signal,
      state: 'ENDED',
      outcome: 'DENIED',
      denialCode: 'STALE_SIGNAL',
      detail: 'Old.',
      sendAttempts: 0,
      timeline: [],
    },
  ];
  const time = { eventTime: '2026-11-28T23:22:01.491281795Z' };
  const events = [
    {
      ...time,
      eventId: '1',
      eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED',
      workflowExecutionStartedEventAttributes: { workflowType: { name: 'signal' }, input },
    },
    {
      ...time,
      eventId: '2',
      eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED',
      workflowExecutionCompletedEventAttributes: { result },
    },
  ];
  expect(await explainHistory({ events })).toMatchObject({
    code: 'STALE_SIGNAL',
    decidedBy: 'fresh',
    source: { by: 'hook', name: 'tv' },
  });
});

test.each([
  [null, 'no events'],
  [{ events: [] }, 'no events'],
  [{ events: [1] }, 'an event that is none'],
  [{ events: [{ eventType: 'EVENT_TYPE_TIMER_STARTED' }] }, 'no signal'],
])('%j is no history of a signal', async (json, words) => {
  await expect(explainHistory(json)).rejects.toMatchObject({
    name: 'HistoryFormatError',
    message: expect.stringContaining(words) as string,
  });
});

test('the history of another workflow is told apart', async () => {
  await expect(explainFile('component-lost')).rejects.toThrow('It is the history of no signal');
});

const SOME = { symbol: 'A', direction: 'BUY', strategy: 's', intent: 'entry', timestampMs: 1 };

describe('a history that somebody has written', () => {
  type Json = Record<string, unknown>;
  const PAYLOADS: readonly (readonly [what: string, value: unknown])[] = [
    ['nothing', null],
    ['a number', 7],
    ['a list', []],
    ['an object without fields', {}],
    [
      'fields of other types',
      { fingerprint: 7, signal: { symbol: {}, timestampMs: 'x' }, status: 'settled', plan: null },
    ],
    [
      'an outcome and a code that are none',
      { fingerprint: 'f', venue: 'v', signal: SOME, detail: 'x', outcome: '__proto__', denialCode: 'constructor' },
    ],
    [
      'answers of other types',
      { fingerprint: 'f', venue: 'v', signal: SOME, status: 'answered', plan: 7, outcome: null, facts: { bounds: 7 } },
    ],
  ];

  /** Puts another value into every payload. */
  function withPayloads(json: unknown, data: string): unknown {
    if (Array.isArray(json)) return json.map((item) => withPayloads(item, data));
    if (typeof json !== 'object' || json === null) return json;
    const fields = Object.entries(json as Json).map(([name, value]) => [name, withPayloads(value, data)] as const);
    const isPayload = 'data' in json && 'metadata' in json;
    return { ...Object.fromEntries(fields), ...(isPayload && { data }) };
  }

  test.each(PAYLOADS)('with payloads of %s is refused in one sentence', async (_what, value) => {
    const json: unknown = JSON.parse(readFileSync(join(FOLDER, 'signal-accepted-late.json'), 'utf8'));
    const data = Buffer.from(JSON.stringify(value)).toString('base64');
    await expect(explainHistory(withPayloads(json, data))).rejects.toMatchObject({
      name: 'HistoryFormatError',
      message: expect.stringMatching(/^(What|It) .*\.$/) as string,
    });
  });
});
