import type { VenueOrder } from '../../../src/domain/market';
import { OrderEvidence } from '../../../src/trading/order-evidence';
import { RestingOrders } from '../../../src/trading/resting-orders';
import { StreamHints } from '../../../src/trading/stream-hints';
import type { LookUpAnswer } from '../../../src/venues/venue';
import { FILLED, PLAN } from './fixtures/short-road';
import { StubStream } from './fixtures/stub-stream';

const OPEN: VenueOrder = { ...FILLED, status: 'open', filledQuantity: '0' };
const ID = OPEN.clientOrderId;

let stream: StubStream;
let answer: LookUpAnswer;
let asked: number;
let evidence: OrderEvidence;
let whileAsking: () => void;

beforeEach(() => {
  jest.useFakeTimers();
  stream = new StubStream();
  const hints = new StreamHints(stream);
  answer = { status: 'found', order: OPEN };
  asked = 0;
  whileAsking = () => undefined;
  const lookUpOrder = async (): Promise<LookUpAnswer> => {
    asked += 1;
    whileAsking();
    return answer;
  };
  const resting = new RestingOrders(hints);
  evidence = new OrderEvidence({ lookUpOrder } as never, undefined, { resting, hints });
  stream.start();
  jest.advanceTimersByTime(10);
});

afterEach(() => jest.useRealTimers());

async function lookUp(urgency?: 'resting' | 'fresh'): Promise<LookUpAnswer> {
  const found = await evidence.lookUp({ plan: PLAN, urgency } as never);
  jest.advanceTimersByTime(5_000);
  return found;
}

test('an order that rests is not asked about again while the stream tells of no change', async () => {
  for (let count = 0; count < 10; count += 1) expect(await lookUp('resting')).toEqual(answer);
  expect(asked).toBe(1);
});

test.each<[string, () => void]>([
  ['the stream tells of a change', () => stream.tell(ID, 'PartiallyFilled')],
  ['the stream tells of its end', () => stream.tell(ID, 'Filled')],
  ['the stream is lost', () => stream.lose()],
  [
    'there was a gap',
    () => {
      stream.lose();
      stream.start();
    },
  ],
  ['the answer is old', () => jest.advanceTimersByTime(60_001)],
])('it is asked about again when %s', async (_when, happens) => {
  await lookUp('resting');
  happens();
  await lookUp('resting');
  expect(asked).toBe(2);
});

test('an answer that a change overtook is not kept', async () => {
  whileAsking = () => stream.tell(ID, 'Filled');
  await lookUp('resting');
  await lookUp('resting');
  expect(asked).toBe(2);
});

test('whoever is in a hurry asks the venue', async () => {
  await lookUp('resting');
  await lookUp();
  await lookUp('fresh');
  expect(asked).toBe(3);
});

test('nothing is kept without a live stream', async () => {
  stream.lose();
  await lookUp('resting');
  await lookUp('resting');
  expect(asked).toBe(2);
});

test('while the venue refuses requests, the answer says what the stream tells, and proves nothing', async () => {
  answer = { status: 'unavailable', outcome: { kind: 'BANNED', message: 'Too frequent.' } };
  stream.tell(ID, 'Filled');
  const { status, outcome } = (await lookUp()) as Extract<LookUpAnswer, { status: 'unavailable' }>;
  expect(status).toBe('unavailable');
  expect(outcome.kind).toBe('BANNED');
  expect(outcome.message).toMatch(/^Too frequent\..*Filled.*proved/);
});
