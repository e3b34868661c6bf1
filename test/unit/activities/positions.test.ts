import { MockActivityEnvironment } from '@temporalio/testing';
import { createPositionActivities, ROWS_MAX, type BookEpisodeInput } from '../../../activities/positions';
import type { Execution, MoneyRow, ProtectionChange } from '../../../src/domain/position/types';
import { VenueError } from '../../../src/venues/venue';

const OURS = { environment: 'paper', venue: 'bybit' } as const;
const OPENED_AT_MS = 1_700_000_000_000;

function execution(executionId: string, change: Partial<Execution> = {}): Execution {
  return {
    executionId,
    orderId: executionId,
    clientOrderId: `of${'a'.repeat(30)}`,
    symbol: 'BTCUSDT',
    direction: 'BUY',
    kind: 'trade',
    quantity: '1',
    price: '100',
    fee: '0',
    closedQuantity: '0',
    stopOrderType: '',
    createType: '',
    atMs: OPENED_AT_MS,
    ...change,
  };
}

function row(executionId: string, change: Partial<MoneyRow> = {}): MoneyRow {
  const base = { kind: 'trade', symbol: 'BTCUSDT', fee: '0', funding: '0', balance: '1', atMs: OPENED_AT_MS } as const;
  return { ...base, executionId, orderId: executionId, change: '0', ...change };
}

const EXECUTIONS = [
  execution('e1'),
  execution('e2', { direction: 'SELL', price: '90', closedQuantity: '1', atMs: OPENED_AT_MS + 1_000 }),
];
const ROWS = [row('e1'), row('e2', { change: '-10' })];
const BOOK: BookEpisodeInput = {
  ...OURS,
  evidence: {
    symbol: 'BTCUSDT',
    side: 'LONG',
    openedAtMs: OPENED_AT_MS,
    exits: [],
    openers: [],
    exitRounds: 0,
    unprotectedMs: 0,
    marks: [],
  },
  seen: { entryPrice: '100', markPrice: '95', quantity: '1', flatAtMs: OPENED_AT_MS + 2_000 },
  isLast: false,
};

const taken = { booked: jest.fn() };

function activitiesOf(pacedVenue: object) {
  const positions = { signalsOf: async () => [] };
  return createPositionActivities({ pacedVenue, positions, exits: {}, taken } as never);
}

function book(executions: readonly Execution[], moneyRows: readonly MoneyRow[], isLast = false) {
  const venue = { executions: async () => executions, moneyLog: async () => moneyRows };
  return new MockActivityEnvironment().run(() => activitiesOf(venue).bookEpisode({ ...BOOK, isLast }));
}

test('an episode is booked at once where the venue proves all of it', async () => {
  expect(await book(EXECUTIONS, ROWS)).toMatchObject({ status: 'booked', trade: { net: '-10', isProven: true } });
});

test('what was booked is told on, also for whoever has to hear of what the venue closed by force', async () => {
  taken.booked.mockClear();
  expect(await book(EXECUTIONS, [ROWS[0]!])).toMatchObject({ status: 'lagging' });
  expect(taken.booked).not.toHaveBeenCalled();
  await book(EXECUTIONS, ROWS);
  expect(taken.booked).toHaveBeenCalledWith(expect.objectContaining({ symbol: 'BTCUSDT', net: '-10' }));
});

describe('positions of ours that no report showed', () => {
  const BEFORE_AT_MS = OPENED_AT_MS - 30_000;
  const before = [
    execution('b1', { direction: 'SELL', atMs: BEFORE_AT_MS }),
    execution('b2', {
      clientOrderId: '',
      price: '101',
      closedQuantity: '1',
      stopOrderType: 'StopLoss',
      atMs: BEFORE_AT_MS + 700,
    }),
  ];
  const beforeRows = [row('b1', { atMs: BEFORE_AT_MS }), row('b2', { change: '-1', atMs: BEFORE_AT_MS + 700 })];
  const unseen = { seen: { ...BOOK.seen, entryPrice: '0' }, isUnseen: true, isLast: true };
  const missed = { side: 'SHORT', openedAtMs: BEFORE_AT_MS, closedAtMs: BEFORE_AT_MS + 700, net: '-1' };

  function bookOf(executions: readonly Execution[], moneyRows: readonly MoneyRow[], input: Partial<BookEpisodeInput>) {
    const since = <Row extends { atMs: number }>(rows: readonly Row[], sinceMs: number): readonly Row[] =>
      rows.filter(({ atMs }) => atMs >= sinceMs);
    const venue = {
      executions: async (_symbol: string, sinceMs: number) => since(executions, sinceMs),
      moneyLog: async (sinceMs: number) => since(moneyRows, sinceMs),
    };
    return new MockActivityEnvironment().run(() => activitiesOf(venue).bookEpisode({ ...BOOK, ...input }));
  }

  test('are booked with the one that was shown, as far as they are not booked already', async () => {
    const all = [
      [...before, ...EXECUTIONS],
      [...beforeRows, ...ROWS],
    ] as const;
    const trade = { openedAtMs: OPENED_AT_MS, net: '-10' };
    expect(await bookOf(...all, {})).toMatchObject({ status: 'booked', trade, missed: [missed] });
    const former = { ...missed, side: 'SHORT', isProven: true, signals: [] } as const;
    const again = await bookOf(...all, { former });
    expect(again).toMatchObject({ status: 'booked', trade });
    expect(again).not.toHaveProperty('missed');
  });

  test('are named by one look at the signals, however many they are', async () => {
    const signalsOf = jest.fn(async (_symbol: string, ids: readonly string[]) =>
      ids.map((clientOrderId) => ({ clientOrderId, fingerprint: `signal of ${clientOrderId}` })),
    );
    const executions = [...before, ...EXECUTIONS].map((one) => ({
      ...one,
      clientOrderId: one.clientOrderId && `of${one.executionId}`.padEnd(32, 'a'),
    }));
    const venue = { executions: async () => executions, moneyLog: async () => [...beforeRows, ...ROWS] };
    const activities = createPositionActivities({
      pacedVenue: venue,
      positions: { signalsOf },
      exits: {},
      taken,
    } as never);
    const answer = await new MockActivityEnvironment().run(() => activities.bookEpisode(BOOK));
    const named = (id: string) => [`signal of ${id.padEnd(32, 'a')}`];
    expect(answer).toMatchObject({ trade: { openedBy: named('ofe1') }, missed: [{ openedBy: named('ofb1') }] });
    expect(signalsOf).toHaveBeenCalledTimes(1);
  });

  test('wait for the money log as every position does', async () => {
    const executions = [...before, ...EXECUTIONS];
    expect(await bookOf(executions, ROWS, {})).toMatchObject({ status: 'lagging' });
    const answer = await bookOf(executions, ROWS, { isLast: true });
    expect(answer).toMatchObject({ status: 'booked', missed: [{ isProven: false, marks: ['estimated'] }] });
  });

  test('take the place of one that is open by its executions, which is not booked however long it is waited for', async () => {
    const [opening] = EXECUTIONS;
    expect(await bookOf([opening!], ROWS, unseen)).toMatchObject({ status: 'lagging' });
    const answer = await bookOf([...before, opening!], [...beforeRows, ...ROWS], unseen);
    expect(answer).toMatchObject({ status: 'booked', trade: missed });
    expect(answer).not.toHaveProperty('missed');
  });

  test('are none of ours where somebody else opened them', async () => {
    const others = before.map((one) => ({ ...one, clientOrderId: '' }));
    const answer = await bookOf([...others, ...EXECUTIONS], [...beforeRows, ...ROWS], {});
    expect(answer).not.toHaveProperty('missed');
  });
});

describe('signals that the position does not know', () => {
  const against = `of${'b'.repeat(30)}`;
  const closing = execution('e2', { ...EXECUTIONS[1], clientOrderId: against });
  const found = [
    { clientOrderId: `of${'a'.repeat(30)}`, fingerprint: 'opener', strategy: 'grid' },
    { clientOrderId: against, fingerprint: 'closer', strategy: 'trend' },
  ];
  const bookWith = (evidence: Partial<BookEpisodeInput['evidence']>, signals: readonly object[]) => {
    const pacedVenue = { executions: async () => [EXECUTIONS[0], closing], moneyLog: async () => ROWS };
    const signalsOf = jest.fn(async () => signals);
    const parts = { pacedVenue, positions: { signalsOf }, exits: {}, taken } as never;
    const input = { ...BOOK, evidence: { ...BOOK.evidence, ...evidence } };
    const run = new MockActivityEnvironment().run(() => createPositionActivities(parts).bookEpisode(input));
    return { run, signalsOf };
  };

  test('are named as what opened and closed it', async () => {
    const trade = { strategy: 'grid', openedBy: ['opener'], closedBy: 'closer', closedByStrategy: 'trend', marks: [] };
    expect(await bookWith({ marks: ['foreign'] }, found).run).toMatchObject({ status: 'booked', trade });
  });

  test('are none where nobody finds them', async () => {
    const { run } = bookWith({ marks: ['foreign'] }, []);
    expect(await run).toMatchObject({
      status: 'booked',
      trade: { openedBy: [], reason: 'SIGNAL', marks: ['foreign'] },
    });
  });

  test('are looked for no further than is needed', async () => {
    const opener = { fingerprint: 'f', clientOrderId: `of${'a'.repeat(30)}`, strategy: 'mine', quantity: '1' };
    const known = bookWith({ openers: [opener], exits: [{ clientOrderId: against, reason: 'OPERATOR' }] }, found);
    expect(await known.run).toMatchObject({ trade: { openedBy: ['f'], strategy: 'mine', reason: 'OPERATOR' } });
    expect(known.signalsOf).not.toHaveBeenCalled();
    const closedOnly = bookWith({ openers: [opener] }, found);
    expect(await closedOnly.run).toMatchObject({ trade: { openedBy: ['f'], closedBy: 'closer' } });
    expect(closedOnly.signalsOf).toHaveBeenCalledWith('BTCUSDT', [against]);
  });
});

test.each([
  ['the money log lags', EXECUTIONS, [ROWS[0]!], '-10'],
  ['the executions lag', [EXECUTIONS[0]!], ROWS, '-5'],
  ['nothing is told', [], [], '-5'],
])('where %s it is asked for again, and in the end booked from what is known', async (_what, executions, rows, net) => {
  expect(await book(executions, rows)).toMatchObject({
    status: 'lagging',
    reason: expect.stringContaining('BTCUSDT') as string,
  });
  expect(await book(executions, rows, true)).toMatchObject({
    status: 'booked',
    trade: { net, isProven: false, marks: ['estimated'] },
  });
});

test('an answer holds no more rows than fit into a message, the oldest, and those of one symbol where one is named', async () => {
  const rows = Array.from({ length: ROWS_MAX + 1 }, (_, index) =>
    row(`e${index}`, { symbol: index % 2 ? 'ETHUSDT' : 'BTCUSDT' }),
  );
  const executions = Array.from({ length: ROWS_MAX + 1 }, (_, index) => execution(`e${index}`));
  const activities = activitiesOf({ moneyLog: async () => rows, executions: async () => executions });
  const run = <Answer>(call: () => Promise<Answer>): Promise<Answer> => new MockActivityEnvironment().run(call);
  expect(await run(() => activities.fetchMoneyLog({ ...OURS, sinceMs: 1 }))).toEqual(rows.slice(0, ROWS_MAX));
  const ofOne = await run(() => activities.fetchMoneyLog({ ...OURS, sinceMs: 1, symbol: 'ETHUSDT' }));
  expect(ofOne).toEqual(rows.filter(({ symbol }) => symbol === 'ETHUSDT'));
  const told = await run(() => activities.fetchExecutions({ ...OURS, symbol: 'BTCUSDT', sinceMs: 1 }));
  expect(told).toEqual(executions.slice(0, ROWS_MAX));
  // What the server takes in one message, with room for what is around it.
  const long = {
    orderId: 'o'.repeat(64),
    clientOrderId: 'c'.repeat(64),
    createType: 'c'.repeat(40),
    price: '9'.repeat(38),
  };
  const longest = Array.from({ length: ROWS_MAX }, (_, index) => execution(`${index}`.padStart(64, 'e'), long));
  const cutting = activitiesOf({ executions: async () => longest });
  const cut = await run(() => cutting.fetchExecutions({ ...OURS, symbol: 'BTCUSDT', sinceMs: 1 }));
  expect(JSON.stringify(cut).length).toBeLessThan(2_000_000);
  expect(cut).toEqual(longest.slice(0, cut.length));
  expect(cut.length).toBeGreaterThan(ROWS_MAX / 2);
});

test.each(['fetchPositions', 'fetchExecutions', 'fetchMoneyLog'] as const)(
  '%s hands the venue’s waiting time to the server, and stops where only a person can help',
  async (name) => {
    const refuse = (kind: 'RATE_LIMITED' | 'FATAL') => () =>
      Promise.reject(new VenueError({ kind, message: 'No.', retryAfterMs: 7_000 }));
    const run = (kind: 'RATE_LIMITED' | 'FATAL') => {
      const fails = refuse(kind);
      const activities = activitiesOf({ positionRows: fails, executions: fails, moneyLog: fails });
      return new MockActivityEnvironment().run(() => activities[name]({ ...OURS, symbol: 'BTCUSDT', sinceMs: 1 }));
    };
    await expect(run('RATE_LIMITED')).rejects.toMatchObject({ type: 'RATE_LIMITED', nextRetryDelay: 7_000 });
    await expect(run('FATAL')).rejects.toMatchObject({ nonRetryable: true });
  },
);

test.each([
  ['on the steps that the venue tells', async () => ({ priceStep: '0.5' }), '59979.5'],
  [
    'as it is where the venue does not tell them',
    () => Promise.reject(new VenueError({ kind: 'UNAVAILABLE', message: 'away' } as never)),
    '59979.11',
  ],
])('a stop is sent %s', async (_how, market, stopLoss) => {
  const sent: ProtectionChange[] = [];
  const setProtection = async (change: ProtectionChange) => {
    sent.push(change);
    return { status: 'set', message: '' };
  };
  const change = { symbol: 'BTCUSDT', stopLoss: '59979.11', stopTrigger: 'mark', targetTrigger: 'last' } as const;
  const call = { environment: 'paper', venue: 'bybit', side: 'LONG', change } as const;
  await new MockActivityEnvironment().run(() => activitiesOf({ market, setProtection }).setProtection(call));
  expect(sent).toEqual([{ ...change, stopLoss }]);
});
