/** A person with the command line can send anything to a venue's account; whatever it is, the next command must be answered. */
import { RawValue, type UpdateDefinition } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { defineUpdate } from '@temporalio/workflow';
import type { ReserveCommand, ReserveResult } from '../../src/domain/ledger/types';
import {
  balancesQuery,
  BATCH_REQUESTS_MAX,
  batchUpdate,
  reservationsQuery,
  setTradingStateUpdate,
  usageQuery,
  type AccountRequestKind,
} from '../../src/messages/venue-account';
import { INVALID_COMMAND } from '../../workflows/reject';
import { acquireCommand, reserveCommand, SETTINGS } from '../support/account-commands';
import { AccountServer } from '../support/account-server';
import { SERVER_START_TIMEOUT_MS } from '../support/test-server';

const { EventType } = temporal.api.enums.v1;
/** What every step leaves, whatever it was for. */
const STEP = /^EVENT_TYPE_WORKFLOW_TASK_/;
/** Far more levels than a stack has room for. */
const DEPTH = 20_000;

describe('a malformed command does not block', () => {
  let server: AccountServer;

  beforeAll(async () => {
    server = await AccountServer.start(true);
  }, SERVER_START_TIMEOUT_MS);

  afterAll(() => server.stop());

  /** JSON that cannot be made a text or a number of. */
  const SHAPELESS = { toString: 1, valueOf: 1 };
  const MALFORMED = [
    undefined,
    null,
    7,
    'text',
    [],
    {},
    { requestId: null, amount: NaN, limits: { global: 'x' } },
    { requestId: 'a', endpoint: 'order', weight: SHAPELESS, reservationId: SHAPELESS, kind: SHAPELESS },
    { kind: 'banned', endpoint: SHAPELESS, observedAtMs: 1, resumeAtMs: SHAPELESS, asOfMs: SHAPELESS },
    { venue: 'nowhere', updateIntervalMs: 1, snapshotLagMs: SHAPELESS, limits: { endpoints: {} }, to: SHAPELESS },
  ];
  const ALL_KINDS: Record<AccountRequestKind, true> = {
    reserve: true,
    release: true,
    commit: true,
    withdraw: true,
    acquire: true,
    giveBack: true,
  };

  async function expectAnswered(venue: string): Promise<void> {
    expect(await server.reserve(venue, reserveCommand('a'))).toMatchObject({ status: 'reserved' });
    expect(await server.acquire(venue, acquireCommand('b'))).toMatchObject({ status: 'granted' });
  }

  async function expectNothingHeld(venue: string): Promise<void> {
    const handle = server.handle(venue);
    expect(await handle.query(reservationsQuery)).toEqual([]);
    expect(await handle.query(balancesQuery)).toMatchObject({ assets: { USDT: { free: '10', reserved: '0' } } });
    expect(await handle.query(usageQuery)).toMatchObject({ global: { used: 0 }, blockedUntilMs: 0 });
  }

  /**
   * What stands in its history beside the steps themselves: a server that has to show a step more of the history than it likes to
   * forget keeps the step, though what came with it was rejected.
   */
  async function happened(venue: string): Promise<readonly string[]> {
    const { events } = await server.handle(venue).fetchHistory();
    return (events ?? []).map(({ eventType }) => EventType[eventType!]!).filter((type) => !STEP.test(type));
  }

  /** Whoever sends them, and however often, they must not fill a run: that would end in a new one, and be work. */
  async function expectRejectedWithoutHistory<Result, Content>(
    venue: string,
    update: UpdateDefinition<Result, [Content]>,
    contents: readonly unknown[],
    failure: object,
  ): Promise<void> {
    // The run's own first steps are over once it answers.
    await server.handle(venue).query('stats');
    const before = await happened(venue);
    for (const content of contents) {
      await expect(server.send(venue, update, content)).rejects.toMatchObject({ cause: failure });
    }
    expect(await happened(venue)).toEqual(before);
  }

  /** JSON that a parser takes and nobody can unfold; the client's own converter cannot write it. */
  const DEEP = `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`;
  function raw(json: string): RawValue {
    return RawValue.fromPayload({
      metadata: { encoding: new TextEncoder().encode('json/plain') },
      data: new TextEncoder().encode(json),
    });
  }

  test.each([
    ['snapshot', `{"asOfMs":1,"assets":{"USDT":{"total":${DEEP},"available":"1","locked":"0"}}}`],
    ['acknowledge', `{"reservationId":${DEEP},"lockedAmount":${DEEP},"placedAtMs":${DEEP}}`],
    ['commit', `{"reservationId":${DEEP},"amount":${DEEP}}`],
    ['configure', `{"venue":"nowhere","updateIntervalMs":1,"snapshotLagMs":0,"limits":{"endpoints":${DEEP}}}`],
    ['configure', JSON.stringify(SETTINGS).replace('"limits":{', `"limits":{"deep":${DEEP},`)],
    ['feedback', `{"kind":"banned","endpoint":${DEEP},"observedAtMs":${DEEP}}`],
    ['positionClosed', `{"symbol":${DEEP},"openedAtMs":1,"closedAtMs":1,"net":${DEEP},"reason":${DEEP}}`],
    [
      'configure',
      JSON.stringify(SETTINGS).replace('"limits":{', `"riskTerms":{"risk":${DEEP},"positions":{}},"limits":{`),
    ],
  ])('the signal %s, however deep', async (name, json) => {
    const venue = await server.startAccount('10');
    await server.handle(venue).signal(name, raw(json));
    await expectAnswered(venue);
  });

  test('a batch, however deep', async () => {
    const venue = await server.startAccount('10');
    const commands = [
      `{"requestId":"x","reservationId":"x","asset":"USDT","amount":${DEEP},"intent":${DEEP},"purpose":"p","metadata":{"a":${DEEP}}}`,
      `{"requestId":"x","reservationId":"x","asset":"USDT","amount":"1","intent":"entry","purpose":"p","metadata":{},"more":${DEEP}}`,
      `{"requestId":"x","endpoint":"order","weight":${DEEP},"intent":${DEEP}}`,
    ];
    const kinds = [...Object.keys(ALL_KINDS).map((kind) => `"${kind}"`), DEEP];
    const requests = kinds.flatMap((kind) => commands.map((command) => `{"kind":${kind},"command":${command}}`));
    const answers = await server.send(venue, batchUpdate, raw(`[${requests.join(',')}]`));
    expect(answers).toHaveLength(requests.length);
    await expectNothingHeld(venue);
    await expectAnswered(venue);
  });

  test.each(['commit', 'acknowledge', 'snapshot', 'configure', 'refresh', 'feedback', 'positionClosed'])(
    'the signal %s',
    async (name) => {
      const venue = await server.startAccount('10');
      for (const content of MALFORMED) await server.handle(venue).signal(name, content);
      await expectAnswered(venue);
    },
  );

  test('the update setTradingState', async () => {
    const venue = await server.startAccount('10');
    await expectRejectedWithoutHistory(venue, setTradingStateUpdate, MALFORMED, { type: INVALID_COMMAND });
    await expectAnswered(venue);
  });

  test.each(Object.keys(ALL_KINDS))('the request %s', async (kind) => {
    const venue = await server.startAccount('10');
    const answers = await server.send(
      venue,
      batchUpdate,
      MALFORMED.map((command) => ({ kind, command })),
    );
    const refusals = ['invalid', 'denied', 'refused', 'not_found'];
    expect(answers).toHaveLength(MALFORMED.length);
    expect(answers.filter(({ status }) => !refusals.includes(status))).toEqual([]);
    await expectNothingHeld(venue);
    await expectAnswered(venue);
  });

  test('a request of no kind', async () => {
    const venue = await server.startAccount('10');
    const answers = await server.send(venue, batchUpdate, [...MALFORMED, { kind: 'constructor', command: null }]);
    expect(answers).toHaveLength(MALFORMED.length + 1);
    expect(answers.filter(({ status }) => status !== 'invalid')).toEqual([]);
    await expectNothingHeld(venue);
    await expectAnswered(venue);
  });

  test('a batch that is none, or too long, is refused and leaves no history', async () => {
    const venue = await server.startAccount('10');
    const requests = Array.from({ length: BATCH_REQUESTS_MAX + 1 }, () => ({ kind: 'acquire', command: null }));
    await expectRejectedWithoutHistory(venue, batchUpdate, [requests, null, {}, 'text'], { type: INVALID_COMMAND });
    await expectAnswered(venue);
  });

  test('a request outside of a batch is refused and leaves no history', async () => {
    const venue = await server.startAccount('10');
    const reserve = defineUpdate<ReserveResult, [ReserveCommand]>('reserve');
    const message = expect.stringContaining('reserve');
    await expectRejectedWithoutHistory(venue, reserve, [reserveCommand('a'), null], { message });
    await expectNothingHeld(venue);
    await expectAnswered(venue);
  });
});
