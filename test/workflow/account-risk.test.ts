/** The account's bounds of risk on a real server: its reading of positions, whom it tells, and what it forbids. */
import { randomUUID } from 'node:crypto';
import { isGrpcServiceError } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import type {
  CancelEntriesInput,
  MoneyLogInput,
  PositionActivities,
  TellPositionInput,
} from '../../activities/positions';
import type { MoneyRow, PositionRow } from '../../src/domain/position/types';
import type { RiskTerms } from '../../src/domain/risk/types';
import { ENTITIES_TASK_QUEUE, venueAccountWorkflowId, venueTaskQueue } from '../../src/messages/ids';
import {
  batchUpdate,
  commitSignal,
  configureAccountSignal,
  positionClosedSignal,
  riskQuery,
  VENUE_ACCOUNT_WORKFLOW_TYPE,
  type AccountAnswer,
  type AccountRequest,
  type VenueAccountSettings,
} from '../../src/messages/venue-account';
import { createWorker } from '../../src/temporal/worker';
import { UNBOUNDED_RISK } from '../../harness/unbounded-risk';
import { AccountServer } from '../support/account-server';
import { onPaper, SETTINGS } from '../support/account-commands';
import { eventually } from '../support/engine';
import { SERVER_START_TIMEOUT_MS } from '../support/test-server';
import { Desk } from '../unit/domain/risk/desk';

/** Of the money log in one answer. */
const ROWS_MAX = 4_000;
/** So low that a test sees runs that continue as new. */
const CONTINUE_AS_NEW_EVENTS = 60;
const TERMS: RiskTerms = {
  positions: { adds: 0, onOpposite: 'exit', foreign: 'alert', reportIntervalSeconds: 1 },
  risk: {
    ...UNBOUNDED_RISK.risk,
    perSymbol: '0.25',
    dailyLossFraction: '0.03',
    onDailyLoss: 'block',
    lossStreakMinutes: 0,
  },
  unprotectedMaxMs: 10_000,
  positionLagMs: 0,
};

let server: AccountServer;
let account: StubAccount;

/** A venue that says what a test wants, with an account of its own. */
class StubAccount {
  readonly venue = randomUUID();
  rows: PositionRow[] = [];
  log: MoneyRow[] = [];
  readonly asked: number[] = [];
  equity = '10000';
  reports = 0;
  /** Why entries were to be cancelled. */
  readonly stopped: string[] = [];
  balances = 0;
  fails = 0;
  readonly told: TellPositionInput[] = [];
  private readonly desk = new Desk();
  private worker: Worker | undefined;
  private running: Promise<void> | undefined;

  async start(terms: RiskTerms | 'none' = TERMS, updateIntervalMs = 1_000): Promise<this> {
    const activities: Partial<PositionActivities> & { fetchBalances: () => Promise<object> } = {
      fetchBalances: async () => {
        this.balances += 1;
        const figures = { total: '10000', available: '10000', locked: '0', equity: this.equity };
        return { asOfMs: Date.now(), assets: { USDT: figures } };
      },
      fetchPositions: async () => {
        this.reports += 1;
        if (this.fails > 0) {
          this.fails -= 1;
          throw new Error('The venue is away.');
        }
        return { asOfMs: Date.now(), rows: this.rows, unreadable: [] };
      },
      tellPosition: async (input) => {
        this.told.push(input);
      },
      cancelEntries: async ({ symbol, words }: CancelEntriesInput) => {
        this.stopped.push(`${symbol ?? 'all'}: ${words}`);
        return undefined;
      },
      fetchMoneyLog: async ({ sinceMs }: MoneyLogInput) => {
        this.asked.push(sinceMs);
        return this.log.filter(({ atMs }) => atMs >= sinceMs).slice(0, ROWS_MAX);
      },
    };
    this.worker = await createWorker({
      connection: server.environment.nativeConnection,
      namespace: server.environment.namespace,
      taskQueue: venueTaskQueue(onPaper(this.venue)),
      activities,
    });
    this.running = this.worker.run();
    const settings: VenueAccountSettings = {
      ...SETTINGS,
      venue: this.venue,
      updateIntervalMs,
      ...(terms !== 'none' && { riskTerms: terms }),
    };
    await server.environment.client.workflow.start(VENUE_ACCOUNT_WORKFLOW_TYPE, {
      workflowId: venueAccountWorkflowId(onPaper(this.venue)),
      taskQueue: ENTITIES_TASK_QUEUE,
      args: [settings],
    });
    return this;
  }

  async stop(): Promise<void> {
    await this.handle.terminate('the test is over');
    this.worker?.shutdown();
    await this.running;
  }

  get handle() {
    return server.handle(this.venue);
  }

  row(symbol: string, change: Partial<PositionRow> = {}): PositionRow {
    const nowMs = Date.now();
    return { ...this.desk.row(symbol), openedAtMs: nowMs, updatedAtMs: nowMs, sequence: nowMs, ...change };
  }

  command(symbol: string, plan: object = {}) {
    return this.desk.command(symbol, { ...plan }, { reservationId: randomUUID() });
  }

  /** Asks as a signal does, again while something is missing. */
  async enter(symbol: string, plan: object = {}) {
    const command = this.command(symbol, { maxHoldingSeconds: 60, ...plan });
    return eventually(async () => {
      const requestId = randomUUID();
      const request = { kind: 'reserve', command: { ...command, requestId } } as const;
      const [answer] = await this.ask([request]);
      // The account's step was given up, and the update with it.
      if (answer === undefined) return undefined;
      const result = answer as Awaited<ReturnType<AccountServer['reserve']>>;
      const isMissing = result.status === 'denied' && result.denial.code === 'RISK_UNKNOWN';
      const isFunds = result.status === 'denied' && result.denial.code === 'NO_BALANCE_KNOWN';
      return isMissing || isFunds ? undefined : { command, result };
    });
  }

  /** Asks once, whatever is missing. */
  reserve(symbol: string) {
    return eventually(async () => {
      const [answer] = await this.ask([{ kind: 'reserve', command: this.command(symbol) }]);
      return answer as Awaited<ReturnType<AccountServer['reserve']>> | undefined;
    });
  }

  async configure(riskTerms: RiskTerms): Promise<void> {
    const settings = { ...SETTINGS, venue: this.venue, updateIntervalMs: 1_000, riskTerms };
    await this.handle.signal(configureAccountSignal, settings);
  }

  private async ask(requests: readonly AccountRequest[]): Promise<readonly AccountAnswer[]> {
    try {
      return await this.handle.executeUpdate(batchUpdate, { args: [requests] });
    } catch (error) {
      // A step that a query spoiled is given up, and asked for again.
      if (isGrpcServiceError(error) || isGrpcServiceError((error as Error).cause)) return [];
      throw error;
    }
  }

  async fill(reservationId: string, executedAtMs = Date.now()): Promise<void> {
    const fill = {
      requestId: randomUUID(),
      reservationId,
      amount: '10',
      executedAtMs,
      reason: '',
      quantity: '1',
    };
    await this.handle.signal(commitSignal, fill);
  }

  /** An entry that filled, and shows in reports. */
  async open(symbol: string, change: Partial<PositionRow> = {}) {
    const { command, result } = await this.enter(symbol);
    expect(result).toMatchObject({ status: 'reserved' });
    this.rows = [...this.rows, this.row(symbol, change)];
    await this.fill(command.reservationId);
    await this.tells(symbol, ({ report }) => report.row !== null);
    return command;
  }

  tells(symbol: string, isMeant: (input: TellPositionInput) => boolean): Promise<TellPositionInput> {
    return eventually(async () => this.told.findLast((input) => input.symbol === symbol && isMeant(input)));
  }

  /** A report that is taken after now. */
  async reported(): Promise<{ readonly asOfMs: number }> {
    const sinceMs = Date.now();
    return eventually(async () => {
      const { positionsAsOfMs: asOfMs } = await this.view();
      return asOfMs > sinceMs && { asOfMs };
    });
  }

  view() {
    return this.handle.query(riskQuery);
  }
}

beforeAll(async () => {
  server = await AccountServer.start(true, { 'limit.historyCount.suggestContinueAsNew': CONTINUE_AS_NEW_EVENTS });
}, SERVER_START_TIMEOUT_MS);
afterAll(() => server.stop());
beforeEach(async () => {
  account = await new StubAccount().start();
});
afterEach(() => account.stop());

test('an entry that filled is told to its position’s workflow with who opened it, then a change, and then its end', async () => {
  const { reservationId, metadata } = await account.open('BTCUSDT');
  const opener = {
    fingerprint: reservationId,
    clientOrderId: metadata.clientOrderId,
    strategy: 'trend',
    maxHoldingSeconds: 60,
    quantity: '1',
  };
  const first = await account.tells('BTCUSDT', ({ report }) => report.openers[0]?.strategy === 'trend');
  expect(first).toMatchObject({
    ...onPaper(account.venue),
    report: { row: { symbol: 'BTCUSDT', stopLoss: '90' }, openers: [opener], tradingState: 'active' },
  });
  account.rows = [account.row('BTCUSDT', { stopLoss: '95', openedAtMs: first.report.row!.openedAtMs })];
  await account.tells('BTCUSDT', ({ report }) => report.row?.stopLoss === '95');
  account.rows = [];
  expect((await account.tells('BTCUSDT', ({ report }) => report.row === null)).report.openers).toMatchObject([opener]);
  // A report that is taken while somebody is being told may be told, too; those that follow are not.
  await eventually(async () => {
    const { length } = account.told;
    const { reports } = account;
    await eventually(async () => account.reports > reports + 1);
    return account.told.length === length;
  });
});

test('an entry whose position no report showed is told, and the next one waits until that is booked', async () => {
  await account.configure({ ...TERMS, risk: { ...TERMS.risk, coolDownMinutes: 5 } });
  const { command } = await account.enter('BTCUSDT');
  const { asOfMs } = await account.reported();
  const openedAtMs = asOfMs - 1;
  await account.fill(command.reservationId, openedAtMs);
  const { report } = await account.tells('BTCUSDT', ({ report: { row } }) => row === null);
  expect(report.openers).toMatchObject([{ fingerprint: command.reservationId, filledAtMs: openedAtMs }]);
  const unseen = { code: 'RISK_UNKNOWN', message: expect.stringContaining('no report shows its position') };
  expect(await account.reserve('BTCUSDT')).toMatchObject({ status: 'denied', denial: unseen });
  const closed = { symbol: 'BTCUSDT', openedAtMs, closedAtMs: asOfMs, net: '-1', reason: 'STOP_LOSS' } as const;
  await account.handle.signal(positionClosedSignal, closed);
  expect(await account.reserve('BTCUSDT')).toMatchObject({ status: 'denied', denial: { code: 'COOLING_DOWN' } });
});

test('an entry beside a position is denied in the update that asks, and one against it becomes an exit of all of it', async () => {
  await account.open('BTCUSDT', { size: '2.5' });
  expect((await account.enter('BTCUSDT')).result).toMatchObject({ denial: { code: 'POSITION_EXISTS' } });
  expect((await account.enter('BTCUSDT', { direction: 'SELL', quantity: '7', stopLoss: '110' })).result).toMatchObject({
    status: 'reserved',
    isNew: true,
    reservation: { intent: 'exit', amount: '0', metadata: { quantity: '2.5', reduceOnly: true, closesOpposite: true } },
  });
  expect((await account.enter('ETHUSDT', { quantity: '26' })).result).toMatchObject({
    denial: { code: 'POSITION_TOO_LARGE' },
  });
  const view = await account.view();
  expect(view).toMatchObject({
    equity: '10000',
    dayStartEquity: '10000',
    positions: [{ symbol: 'BTCUSDT', size: '2.5' }],
  });
  expect(view.rules).toContainEqual({
    code: 'POSITION_TOO_LARGE',
    of: 'BTCUSDT',
    limit: '25 % of equity',
    value: '250 USDT, 2.5 %',
    isBlocking: false,
  });
});

test('what the book knows goes on in the run that continues the account, and in a process that starts anew', async () => {
  await account.open('BTCUSDT');
  await account.handle.signal(positionClosedSignal, {
    symbol: 'ETHUSDT',
    openedAtMs: 1,
    closedAtMs: Date.now(),
    net: '-1',
    reason: 'STOP_LOSS',
  });
  await account.configure({ ...TERMS, risk: { ...TERMS.risk, coolDownMinutes: 5 } });
  await eventually(async () => (await server.lengthsOfContinuedRuns(account.venue)).length > 1);
  expect((await account.enter('BTCUSDT')).result).toMatchObject({ denial: { code: 'POSITION_EXISTS' } });
  expect((await account.enter('ETHUSDT')).result).toMatchObject({ denial: { code: 'COOLING_DOWN' } });
  const reports = account.told.filter(({ symbol, report }) => symbol === 'BTCUSDT' && report.row !== null);
  expect(reports.at(-1)?.report.openers).toHaveLength(1);
});

test('a day’s beginning is made of every row of the money log, however many answers they take', async () => {
  const dayMs = Math.floor(Date.now() / 86_400_000) * 86_400_000;
  const busy = new StubAccount();
  const none = { executionId: '', orderId: '', symbol: '', fee: '0', funding: '0', balance: '0' };
  const rows = Array.from({ length: 2 * ROWS_MAX }, (_, index): MoneyRow => ({
    ...none,
    executionId: `e${index}`,
    kind: 'trade',
    change: '-0.01',
    // In pairs of one instant, and all of today.
    atMs: dayMs + Math.floor(index / 2),
  }));
  busy.log = rows.filter(({ atMs }) => atMs < Date.now());
  await busy.start();
  try {
    await eventually(async () => (await busy.view()).dayStartEquity);
    expect((await busy.view()).dayStartEquity).toBe(String(10_000 + busy.log.length / 100));
  } finally {
    await busy.stop();
  }
});

test('nothing of a position that is booked is told again, and one that opens afterwards is', async () => {
  await account.open('BTCUSDT');
  const [row] = account.rows;
  const openedAtMs = row!.openedAtMs;
  const openedBy = account.told.at(-1)!.report.openers.map(({ fingerprint }) => fingerprint);
  const end = { closedAtMs: Date.now(), net: '1', reason: 'OPERATOR' } as const;
  const closed = { symbol: 'BTCUSDT', openedAtMs, openedBy, ...end } as const;
  await account.handle.signal(positionClosedSignal, closed);
  // The venue still shows it, and then no more.
  const ofLater = Date.now();
  account.rows = [account.row('BTCUSDT', { openedAtMs, size: '0.5' })];
  const { reports } = account;
  await eventually(async () => account.reports > reports + 1);
  account.rows = [];
  const command = await eventually(async () => {
    const next = await account.enter('BTCUSDT');
    return next.result.status === 'reserved' && next.command;
  });
  account.rows = [account.row('BTCUSDT')];
  // Who opened it is told in full before the fill is booked: that may come after the position's end.
  await account.tells('BTCUSDT', ({ report }) => (report.row?.openedAtMs ?? 0) > openedAtMs);
  await account.fill(command.reservationId);
  const told = account.told.map(({ report }) => report);
  expect(told.filter(({ row: one }) => one === null || one.updatedAtMs >= ofLater)).toEqual(
    told.filter(({ row: one }) => one !== null && one.openedAtMs > openedAtMs),
  );
  expect(told.at(-1)?.openers).toMatchObject([
    { fingerprint: command.reservationId, strategy: 'trend', maxHoldingSeconds: 60 },
  ]);
});

test('what a position brought is seen in the balances at once, however long their interval is', async () => {
  const slow = await new StubAccount().start(TERMS, 3_600_000);
  try {
    await eventually(async () => (await slow.view()).equity);
    const { balances } = slow;
    const ended = { symbol: 'BTCUSDT', openedAtMs: 1, closedAtMs: Date.now() } as const;
    const closed = { ...ended, net: '-500', reason: 'STOP_LOSS' } as const;
    await slow.handle.signal(positionClosedSignal, closed);
    await eventually(async () => slow.balances > balances);
  } finally {
    await slow.stop();
  }
});

test('a position that a report lacks is seen in the balances, before anybody has booked it', async () => {
  const slow = await new StubAccount().start(TERMS, 3_600_000);
  try {
    await slow.open('BTCUSDT');
    const { balances } = slow;
    slow.rows = [];
    await eventually(async () => slow.balances > balances);
  } finally {
    await slow.stop();
  }
});

test('entries that rest are cancelled once the limit of a day is reached, and none before', async () => {
  await account.open('BTCUSDT');
  const resting = await account.enter('ETHUSDT');
  expect(resting.result).toMatchObject({ status: 'reserved' });
  const { reports } = account;
  await eventually(async () => account.reports > reports + 1);
  expect(account.stopped).toEqual([]);
  account.equity = '9000';
  await eventually(async () => account.stopped.length > 0);
  expect(account.stopped[0]).toContain("all: the day's loss of 1000 reached its limit");
});

test('a venue that is away for a while makes entries wait and closes nothing', async () => {
  await account.open('BTCUSDT');
  account.fails = 3;
  const reports = account.reports;
  await eventually(async () => account.reports > reports + 3);
  expect(account.told.filter(({ report }) => report.row === null)).toEqual([]);
  expect((await account.enter('BTCUSDT')).result).toMatchObject({ denial: { code: 'POSITION_EXISTS' } });
});

test('an account without terms reads no positions and bounds nothing, until it is given some', async () => {
  const free = await new StubAccount().start('none');
  try {
    await free.handle.signal(configureAccountSignal, { ...SETTINGS, venue: free.venue, updateIntervalMs: 1_000 });
    for (let time = 0; time < 2; time += 1) {
      expect((await free.enter('BTCUSDT')).result).toMatchObject({ status: 'reserved', isNew: true });
    }
    await free.configure(TERMS);
    expect((await free.enter('BTCUSDT')).result).toMatchObject({ denial: { code: 'POSITION_EXISTS' } });
  } finally {
    await free.stop();
  }
});
