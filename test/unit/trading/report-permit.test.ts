import type { FreshPermit, Permits } from '../../../src/trading/permits';
import { RequestPermit } from '../../../src/venues/request-permit';
import type { Intent } from '../../../src/domain/signal';
import { ReportPermit } from '../../../src/trading/report-permit';

const NOW_MS = 1_700_000_000_000;
const VALIDITY_MS = 2_000;

function limiter(intent: Intent = 'entry') {
  const granted = (): FreshPermit => {
    const nowMs = performance.now();
    const permit = {
      status: 'granted',
      askedAtMs: nowMs,
      notBeforeMs: nowMs,
      expiresAtMs: nowMs + VALIDITY_MS,
    } as const;
    return { ...permit, isNew: true, token: new RequestPermit(permit) };
  };
  const acquire = jest.fn(async (_command: { requestId: string; intent: string }) => granted() as unknown);
  const giveBack = jest.fn(async (_requestId: string) => {});
  return { acquire, giveBack, permit: new ReportPermit({ acquire, giveBack } as unknown as Permits, intent) };
}

beforeEach(() => jest.useFakeTimers({ now: NOW_MS }));
afterEach(() => jest.useRealTimers());

test('orders that are under way at once share a permit, and it serves one report', async () => {
  const { permit, acquire, giveBack } = limiter();
  const done = [permit.expect(), permit.expect()];
  expect([await permit.take(), await permit.take()]).toEqual([expect.any(RequestPermit), undefined]);
  for (const end of done) await end();
  expect(acquire).toHaveBeenCalledTimes(1);
  expect(giveBack).not.toHaveBeenCalled();
});

test('what no order needed is given back, after the last of them', async () => {
  const { permit, acquire, giveBack } = limiter();
  const [first, second] = [permit.expect(), permit.expect()];
  await first();
  expect(giveBack).not.toHaveBeenCalled();
  await second();
  expect(giveBack.mock.calls).toEqual([[acquire.mock.calls[0]?.[0].requestId]]);
  expect(await permit.take()).toBeUndefined();
});

test('a permit that lapsed before the report is not used, and the next order asks anew', async () => {
  const { permit, acquire } = limiter();
  permit.expect();
  await jest.advanceTimersByTimeAsync(VALIDITY_MS + 1);
  expect(await permit.take()).toBeUndefined();
  permit.expect();
  expect(await permit.take()).toBeDefined();
  expect(acquire).toHaveBeenCalledTimes(2);
});

test('a permit that lapsed is not used because the clock of the machine was set back', async () => {
  const { permit } = limiter();
  permit.expect();
  await jest.advanceTimersByTimeAsync(VALIDITY_MS + 1);
  jest.setSystemTime(NOW_MS - 3_600_000);
  expect(await permit.take()).toBeUndefined();
});

test('a permit for later than the report is given back, so that the report may ask for one of its own', async () => {
  const { permit, acquire, giveBack } = limiter();
  const instants = { notBeforeMs: 400, expiresAtMs: 400 + VALIDITY_MS };
  acquire.mockResolvedValueOnce({ status: 'granted', askedAtMs: 0, isNew: true, ...instants });
  permit.expect();
  expect(await permit.take()).toBeUndefined();
  expect(giveBack.mock.calls).toEqual([[acquire.mock.calls[0]?.[0].requestId]]);
});

test.each([
  ['refuses', () => Promise.resolve({ status: 'refused', message: 'full' })],
  ['does not answer', () => Promise.reject(new Error('no server'))],
])('an order is not held up by a limiter that %s', async (_what, answer) => {
  const { permit, acquire, giveBack } = limiter();
  acquire.mockImplementation(answer);
  const done = permit.expect();
  expect(await permit.take()).toBeUndefined();
  await done();
  expect(giveBack).not.toHaveBeenCalled();
});

test.each(['entry', 'exit'] as const)('a report for an %s is asked for in its share', async (intent) => {
  const { permit, acquire } = limiter(intent);
  permit.expect();
  await permit.take();
  expect(acquire.mock.calls.map(([command]) => command.intent)).toEqual([intent]);
});
