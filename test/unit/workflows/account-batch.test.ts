import { BATCH_REQUESTS_MAX, type AccountHandlers, type AccountRequestKind } from '../../../src/messages/venue-account';
import { answerBatch, batchFault } from '../../../workflows/account-batch';
import { Account } from '../trading/fixtures/short-road';

/** How the rules answer a command that is none. */
const REFUSALS: Record<AccountRequestKind, string> = {
  reserve: 'denied',
  release: 'not_found',
  commit: 'invalid',
  withdraw: 'invalid',
  acquire: 'refused',
  giveBack: 'not_found',
};

function statusesOf(requests: readonly unknown[]): readonly string[] {
  return answerBatch(new Account('1000').handlers, requests).map(({ status }) => status);
}

test('a table of handlers without one for every kind of request does not compile', () => {
  const { giveBack: _giveBack, ...others } = new Account('1000').handlers;
  // @ts-expect-error a kind is missing
  const incomplete: AccountHandlers = others;
  expect(Object.keys({ ...incomplete, giveBack: _giveBack }).toSorted()).toEqual(Object.keys(REFUSALS).toSorted());
});

test('a handler that answers as another kind does, or takes its command, does not compile', () => {
  const { handlers } = new Account('1000');
  // @ts-expect-error the limiter's answer is no reservation
  const answered: AccountHandlers = { ...handlers, reserve: () => ({ status: 'given_back' }) };
  // @ts-expect-error a permit's command names no reservation
  const taken: AccountHandlers = { ...handlers, giveBack: handlers.release };
  expect([answered, taken]).toHaveLength(2);
});

test('each request is answered by its kind, in their order', () => {
  const answers = answerBatch(new Account('1000').handlers, [
    { kind: 'acquire', command: { requestId: 'p', endpoint: 'order', intent: 'entry' } },
    { kind: 'giveBack', command: { requestId: 'p' } },
    { kind: 'withdraw', command: { requestId: 'w', reservationId: 'r' } },
    { kind: 'giveBack', command: { requestId: 'p' } },
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['granted', 'given_back', 'withdrawn', 'not_found']);
});

test.each([null, undefined, 7, 'text', [], {}])('every kind has an answer to the command %j', (command) => {
  const kinds = Object.keys(REFUSALS);
  expect(statusesOf(kinds.map((kind) => ({ kind, command })))).toEqual(Object.values(REFUSALS));
});

test.each([
  ['a kind that does not exist', { kind: 'deposit', command: {} }, 'deposit'],
  ['a name that every object has', { kind: 'constructor', command: {} }, 'constructor'],
  ['a long kind', { kind: 'x'.repeat(100) }, 'x'.repeat(40)],
  ['no kind', {}, 'undefined'],
  ['nothing', null, 'undefined'],
  ['a text', 'reserve', 'undefined'],
  ['a number as its kind', { kind: 7 }, '7'],
  ['a list as its kind', { kind: ['reserve'] }, '["reserve"]'],
  ['a kind that cannot be made a text of', { kind: { toString: 1 } }, '{"toString":1}'],
])('a request with %s is invalid, and the next is answered', (_name, request, shown) => {
  const next = { kind: 'acquire', command: { requestId: 'p', endpoint: 'order', intent: 'entry' } };
  expect(answerBatch(new Account('1000').handlers, [request, next])).toMatchObject([
    { status: 'invalid', message: `There is no command "${shown}" here.` },
    { status: 'granted' },
  ]);
});

describe('the bounds of risk', () => {
  const BOUNDS = [['TOO_MANY_POSITIONS', '5 symbols', '2']] as const;
  const told: string[] = [];
  const boundsOf = (symbol: string) => {
    told.push(symbol);
    return BOUNDS;
  };
  const command = {
    requestId: 'r',
    reservationId: 'r',
    asset: 'USDT',
    amount: '1',
    intent: 'entry',
    purpose: 'BUY 1 BTCUSDT',
    metadata: { symbol: 'BTCUSDT' },
  };
  const asks = { kind: 'reserve', command, tellBounds: true };

  test('come along with a reservation where they are asked for, as they were before it', () => {
    const { handlers } = new Account('1000');
    const [first, again] = answerBatch(handlers, [asks, asks], boundsOf);
    expect(first).toMatchObject({ status: 'reserved', isNew: true, bounds: BOUNDS });
    // It counts itself by then.
    expect(again).not.toHaveProperty('bounds');
  });

  test('come along with a refusal', () => {
    expect(answerBatch(new Account('0').handlers, [asks], boundsOf)).toMatchObject([
      { status: 'denied', bounds: BOUNDS },
    ]);
  });

  test('are not looked at where nobody asks, or what is asked names no symbol', () => {
    told.length = 0;
    const nobody = { kind: 'reserve', command };
    const shapeless = [null, 7, {}, { metadata: null }, { metadata: { symbol: 7 } }].map((odd) => ({
      ...asks,
      command: odd,
    }));
    const others = { kind: 'release', command: {}, tellBounds: true };
    const answers = answerBatch(new Account('1000').handlers, [nobody, ...shapeless, others], boundsOf);
    expect(answers.filter((answer) => 'bounds' in answer)).toEqual([]);
    expect(told).toEqual([]);
  });
});

test.each([null, undefined, {}, 'text', { length: 1 }, Array<null>(BATCH_REQUESTS_MAX + 1).fill(null)])(
  'the batch %j is refused as a whole',
  (requests) => {
    expect(batchFault(requests)).toBe(`A batch is a list of at most ${BATCH_REQUESTS_MAX} commands.`);
  },
);

test('a batch may be empty, and as long as its bound', () => {
  expect([batchFault([]), batchFault(Array<null>(BATCH_REQUESTS_MAX).fill(null))]).toEqual([undefined, undefined]);
});
