import { closeReasonOf } from '../../../../src/domain/position/attribution';
import { closedTradeOf, estimatedTradeOf, type ClosingEvidence } from '../../../../src/domain/position/booking';
import type { Execution, MoneyRow } from '../../../../src/domain/position/types';

const OPENED_AT_MS = 1_700_000_000_000;
const OURS = `of${'a'.repeat(30)}`;
const EXIT = `of${'b'.repeat(30)}`;

function execution(change: Partial<Execution>): Execution {
  return {
    executionId: 'e1',
    orderId: 'o1',
    clientOrderId: '',
    symbol: 'BTCUSDT',
    direction: 'BUY',
    kind: 'trade',
    quantity: '1',
    price: '100',
    fee: '0.1',
    closedQuantity: '0',
    stopOrderType: '',
    createType: 'CreateByUser',
    atMs: OPENED_AT_MS,
    ...change,
  };
}

const OPENING = execution({ clientOrderId: OURS });
const CLOSING = execution({
  executionId: 'e2',
  orderId: 'o2',
  direction: 'SELL',
  price: '110',
  closedQuantity: '1',
  atMs: OPENED_AT_MS + 60_000,
});

function rowOf(of: Execution, change: Partial<MoneyRow> = {}): MoneyRow {
  const { executionId, orderId, symbol, fee, atMs } = of;
  const base = { executionId, orderId, symbol, fee, atMs, kind: 'trade', funding: '0', balance: '1000' } as const;
  return { ...base, change: `-${fee}`, ...change };
}

const ROWS = [rowOf(OPENING), rowOf(CLOSING, { change: '9.9' })];

function evidence(change: Partial<ClosingEvidence> = {}): ClosingEvidence {
  return {
    symbol: 'BTCUSDT',
    side: 'LONG',
    openedAtMs: OPENED_AT_MS,
    executions: [OPENING, CLOSING],
    moneyRows: ROWS,
    exits: [],
    openers: [{ fingerprint: 'f'.repeat(16), clientOrderId: OURS, strategy: 'grid', quantity: '1' }],
    exitRounds: 1,
    unprotectedMs: 7,
    marks: [],
    ...change,
  };
}

const SEEN = { entryPrice: '100', markPrice: '105', quantity: '1', flatAtMs: OPENED_AT_MS + 90_000 };

test('an entry that opened another position is not named, whoever told it of this one', () => {
  const [own] = evidence().openers;
  const other = { fingerprint: 'e'.repeat(16), clientOrderId: EXIT, quantity: '1' };
  expect(closedTradeOf(evidence({ openers: [other, own!] }))).toMatchObject({
    openedBy: [own!.fingerprint],
    strategy: 'grid',
  });
});

test('a closed trade names all that is known of it, and its figures are the money log’s', () => {
  expect(closedTradeOf(evidence({ exits: [{ clientOrderId: EXIT, reason: 'TIME_LIMIT' }] }))).toEqual({
    symbol: 'BTCUSDT',
    side: 'LONG',
    openedAtMs: OPENED_AT_MS,
    closedAtMs: CLOSING.atMs,
    quantity: '1',
    entryPrice: '100',
    exitPrice: '110',
    reason: 'EXTERNAL',
    gross: '10',
    fees: '0.2',
    funding: '0',
    net: '9.8',
    isProven: true,
    strategy: 'grid',
    openedBy: ['f'.repeat(16)],
    exitRounds: 1,
    unprotectedMs: 7,
    marks: ['mixed'],
  });
});

describe('the reason of a close is told by the first that applies:', () => {
  const exits = [{ clientOrderId: EXIT, reason: 'TIME_LIMIT' as const }];
  test.each<[string, Partial<Execution>, string]>([
    ['a liquidation', { kind: 'liquidation', clientOrderId: EXIT }, 'LIQUIDATION'],
    ['made by liquidation', { createType: 'CreateByLiq', stopOrderType: 'StopLoss' }, 'LIQUIDATION'],
    ['taken over', { createType: 'CreateByTakeOver_PassThrough' }, 'LIQUIDATION'],
    ['a deleveraging', { kind: 'adl' }, 'ADL'],
    ['made by deleveraging', { createType: 'CreateByAdl_PassThrough', clientOrderId: EXIT }, 'ADL'],
    ['a settlement', { kind: 'settlement' }, 'SETTLED'],
    ['made by settlement', { createType: 'CreateBySettle' }, 'SETTLED'],
    ['an exit of ours', { clientOrderId: EXIT, stopOrderType: 'StopLoss' }, 'TIME_LIMIT'],
    ['another order of ours', { clientOrderId: OURS, createType: 'CreateByClosing' }, 'SIGNAL'],
    ['a stop', { stopOrderType: 'StopLoss', createType: 'CreateByTrailingProfit' }, 'STOP_LOSS'],
    ['a stop of a part', { stopOrderType: 'PartialStopLoss' }, 'STOP_LOSS'],
    ['made by a stop', { createType: 'CreateByStopLoss' }, 'STOP_LOSS'],
    ['made by a stop of a part', { createType: 'CreateByPartialStopLoss' }, 'STOP_LOSS'],
    ['a trailing stop', { stopOrderType: 'TrailingStop', createType: 'CreateByTakeProfit' }, 'TRAILING_STOP'],
    ['made by trailing profit', { createType: 'CreateByTrailingProfit' }, 'TRAILING_STOP'],
    ['made by a trailing stop', { createType: 'CreateByTrailingStop' }, 'TRAILING_STOP'],
    ['a target', { stopOrderType: 'TakeProfit' }, 'TAKE_PROFIT'],
    ['a target of a part', { stopOrderType: 'PartialTakeProfit' }, 'TAKE_PROFIT'],
    ['made by a target', { createType: 'CreateByTakeProfit' }, 'TAKE_PROFIT'],
    ['made by a target of a part', { createType: 'CreateByPartialTakeProfit' }, 'TAKE_PROFIT'],
    ['a margin rate', { stopOrderType: 'MmRateClose' }, 'MARGIN_RATE'],
    ['made by a margin rate', { createType: 'CreateByMmRateClose', stopOrderType: 'UNKNOWN' }, 'MARGIN_RATE'],
    ['the close button', { createType: 'CreateByClosing' }, 'MANUAL'],
    ['an order of a person', { createType: 'CreateByUser' }, 'EXTERNAL'],
    ['an order of another program', { clientOrderId: 'ofoo', createType: 'CreateByUser' }, 'EXTERNAL'],
    ['nothing that is known', { createType: '', stopOrderType: '' }, 'EXTERNAL'],
  ])('%s', (_what, change, reason) => {
    expect(closeReasonOf({ ...CLOSING, ...change }, exits)).toBe(reason);
    expect(closedTradeOf(evidence({ executions: [OPENING, { ...CLOSING, ...change }], exits }))).toMatchObject({
      reason,
    });
  });
});

test('an exit without an id of an order claims no order without one', () => {
  expect(closeReasonOf(CLOSING, [{ clientOrderId: '', reason: 'OPERATOR' }])).toBe('EXTERNAL');
});

test('the last fill tells the reason, also where parts were closed before for others', () => {
  const target = { ...CLOSING, executionId: 'e3', quantity: '0.4', closedQuantity: '0.4', stopOrderType: 'TakeProfit' };
  const stop = {
    ...CLOSING,
    quantity: '0.6',
    closedQuantity: '0.6',
    stopOrderType: 'StopLoss',
    atMs: CLOSING.atMs + 1,
  };
  expect(closedTradeOf(evidence({ executions: [OPENING, target, stop] }))).toMatchObject({ reason: 'STOP_LOSS' });
});

describe('marks', () => {
  const stopped = { ...CLOSING, stopOrderType: 'StopLoss', createType: 'CreateByStopLoss' };
  const foreign = { ...OPENING, clientOrderId: 'other' };
  test.each<[string, readonly Execution[], readonly string[]]>([
    ['ours, closed by its own stop', [OPENING, stopped], []],
    ['ours, closed by hand', [OPENING, { ...CLOSING, createType: 'CreateByClosing' }], ['mixed']],
    ['ours, closed by the venue', [OPENING, { ...CLOSING, kind: 'liquidation' }], ['reduced']],
    ['of somebody else alone', [foreign, CLOSING], []],
    ['of somebody else, closed by us', [foreign, { ...CLOSING, clientOrderId: EXIT }], ['mixed']],
  ])('of a position %s', (_what, executions, marks) => {
    expect(closedTradeOf(evidence({ executions }))?.marks).toEqual(marks);
  });

  test('as reduced is none that orders of ours closed, such as an entry of the other side, and one whose stop took a part', () => {
    const marks = ['reduced'] as const;
    const byEntry = { ...CLOSING, clientOrderId: EXIT };
    expect(closedTradeOf(evidence({ executions: [OPENING, byEntry], marks }))?.marks).toEqual([]);
    expect(closedTradeOf(evidence({ executions: [OPENING, stopped], marks }))?.marks).toEqual(['reduced']);
  });

  test('that were given stay, but that of an estimate, which the figures alone decide', () => {
    const marks = ['estimated', 'foreign'] as const;
    expect(closedTradeOf(evidence({ executions: [OPENING, stopped], marks }))?.marks).toEqual(['foreign']);
  });
});

test('what turns a position round gives each of the two the fee of its part, and the gain to the one that it closed', () => {
  const turn = { ...CLOSING, quantity: '3', fee: '0.3', closedQuantity: '1' };
  const end = execution({
    executionId: 'e9',
    orderId: 'o9',
    quantity: '2',
    price: '110',
    fee: '0',
    closedQuantity: '2',
    atMs: CLOSING.atMs + 1,
  });
  const executions = [OPENING, turn, end];
  const moneyRows = [rowOf(OPENING), rowOf(turn, { change: '9.7' }), rowOf(end, { change: '0', fee: '0' })];
  const first = closedTradeOf(evidence({ executions, moneyRows }));
  const second = closedTradeOf(evidence({ side: 'SHORT', openedAtMs: CLOSING.atMs, executions, moneyRows }));
  expect(first).toMatchObject({ gross: '10', fees: '0.2', net: '9.8', isProven: true });
  expect(second).toMatchObject({ gross: '0', fees: '0.2', net: '-0.2', isProven: true, quantity: '2' });
});

describe('funding', () => {
  const atMs = OPENED_AT_MS + 1_000;
  const paid = execution({
    executionId: 'f1',
    orderId: '',
    kind: 'funding',
    quantity: '1',
    price: '1',
    fee: '0.5',
    atMs,
  });
  const row = rowOf(paid, { kind: 'funding', fee: '0', funding: '-0.5', change: '-0.5' });

  test.each([
    ['named as its execution is', [paid], row],
    ['under an id of its own', [paid], { ...row, executionId: 'another' }],
    ['that the venue does not list among executions', [], row],
  ])('%s counts once', (_what, executions, logged) => {
    const moneyRows = [...ROWS, logged, logged];
    const trade = closedTradeOf(evidence({ executions: [OPENING, CLOSING, ...executions], moneyRows }));
    expect(trade).toMatchObject({ funding: '-0.5', net: '9.3', gross: '10', isProven: true });
  });

  test.each([
    ['of another symbol', { symbol: 'ETHUSDT' }],
    ['of before', { atMs: OPENED_AT_MS }],
    ['of afterwards', { atMs: CLOSING.atMs + 1 }],
  ])('%s does not count', (_what, change) => {
    expect(closedTradeOf(evidence({ moneyRows: [...ROWS, { ...row, ...change }] }))).toMatchObject({ funding: '0' });
  });

  test('whose row is not there yet leaves the trade without proof', () => {
    expect(closedTradeOf(evidence({ executions: [OPENING, CLOSING, paid] }))).toMatchObject({
      isProven: false,
      funding: '-0.5',
    });
  });
});

test.each([
  ['it is open', [OPENING]],
  ['a part of it is open', [OPENING, { ...CLOSING, quantity: '0.5', closedQuantity: '0.5' }]],
  ['its opening is missing', [CLOSING]],
  ['it was opened at another time', [{ ...OPENING, atMs: OPENED_AT_MS - 1_001 }, CLOSING]],
  [
    'it is on the other side',
    [
      { ...OPENING, direction: 'SELL' as const },
      { ...CLOSING, direction: 'BUY' as const },
    ],
  ],
  ['all of it is of another symbol', [OPENING, CLOSING].map((one) => ({ ...one, symbol: 'ETHUSDT' }))],
  ['there is nothing', []],
])('nothing is booked where %s', (_what, executions) => {
  expect(closedTradeOf(evidence({ executions }))).toBeUndefined();
});

test.each([
  ['cannot be read', { change: '1e3' }],
  ['has a fee that cannot', { fee: '' }],
])('a row that %s proves nothing', (_what, change) => {
  expect(closedTradeOf(evidence({ moneyRows: [ROWS[0]!, { ...ROWS[1]!, ...change }] }))).toMatchObject({
    isProven: false,
    net: '9.8',
    marks: ['mixed', 'estimated'],
  });
});

test('a list that begins in the middle of the position before leaves that out', () => {
  const before = [
    execution({ executionId: 'b1', quantity: '1', atMs: OPENED_AT_MS - 900 }),
    execution({ executionId: 'b2', direction: 'SELL', quantity: '5', closedQuantity: '5', atMs: OPENED_AT_MS - 800 }),
  ];
  expect(closedTradeOf(evidence({ executions: [...before, OPENING, CLOSING] }))).toMatchObject({
    net: '9.8',
    quantity: '1',
  });
});

test('an execution that does not say what it closed closes what is open', () => {
  const silent = { ...CLOSING, closedQuantity: '' };
  expect(closedTradeOf(evidence({ executions: [OPENING, silent] }))).toMatchObject({ net: '9.8', quantity: '1' });
});

describe('an estimate by what was last seen', () => {
  test('takes the last price for its exit where no execution is known', () => {
    expect(estimatedTradeOf(evidence({ executions: [] }), SEEN)).toMatchObject({
      closedAtMs: SEEN.flatAtMs,
      entryPrice: '100',
      exitPrice: '105',
      gross: '5',
      net: '5',
      reason: 'EXTERNAL',
      isProven: false,
      marks: ['estimated'],
    });
  });

  test.each([
    ['LONG', 'SELL', '9.9'],
    ['SHORT', 'BUY', '-10.1'],
  ] as const)('of a %s position takes the last execution that closed some of it', (side, direction, net) => {
    const executions = [{ ...CLOSING, direction, stopOrderType: 'StopLoss' }];
    expect(estimatedTradeOf(evidence({ side, executions }), SEEN)).toMatchObject({
      closedAtMs: CLOSING.atMs,
      exitPrice: '110',
      net,
      reason: 'STOP_LOSS',
    });
  });
});

test('a clock that was set back does not make what opened another position a part of this one', () => {
  const shorted = { clientOrderId: '', direction: 'SELL', quantity: '3.2', price: '102.3', sequence: 1 } as const;
  // By its instant it comes after the order that closed it and opened this one.
  const others = execution({ ...shorted, executionId: 'e0', orderId: 'o0', fee: '0.2', atMs: OPENED_AT_MS + 30_000 });
  const turned = { ...OPENING, quantity: '13.2', closedQuantity: '3.2', sequence: 2 };
  const closing = { ...CLOSING, clientOrderId: EXIT, quantity: '10', closedQuantity: '10', sequence: 3 };
  const moneyRows = [rowOf(turned, { change: '7.26' }), rowOf(closing, { change: '99.9' })];
  const trade = closedTradeOf(evidence({ executions: [turned, others, closing], moneyRows }));
  expect(trade).toMatchObject({ quantity: '10', entryPrice: '100', exitPrice: '110', gross: '100', marks: [] });
});

describe('a position whose closing the venue has forgotten, and that looks as if the next one’s entry had closed it', () => {
  const NEXT = execution({
    executionId: 'e3',
    orderId: 'o3',
    clientOrderId: `of${'c'.repeat(30)}`,
    direction: 'SELL',
    quantity: '1.5',
    price: '120',
    closedQuantity: '0',
    atMs: OPENED_AT_MS + 90_000,
  });

  test('is not proven: by the venue’s word that entry closed nothing', () => {
    const rows = [rowOf(OPENING), rowOf(NEXT)];
    const trade = closedTradeOf(evidence({ executions: [OPENING, NEXT], moneyRows: rows }));
    expect(trade).toMatchObject({ isProven: false, marks: ['estimated'] });
  });

  test('is not proven: the money log has a row of a trade that no execution explains', () => {
    const next = { ...NEXT, closedQuantity: '1' };
    const rows = [rowOf(OPENING), rowOf(CLOSING, { change: '9.9' }), rowOf(next)];
    const lacking = evidence({ executions: [OPENING, next], moneyRows: rows });
    expect(closedTradeOf(lacking)).toMatchObject({ isProven: false, marks: ['estimated'] });
    const told = closedTradeOf({ ...lacking, executions: [OPENING, CLOSING, NEXT] });
    expect(told).toMatchObject({ isProven: true, closedAtMs: CLOSING.atMs, net: '9.8' });
  });
});
