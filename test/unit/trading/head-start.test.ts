import type { HeadStarts } from '../../../src/trading/head-start';
import { Account, AT_ONCE_MAX, INPUT, NOW_MS, roadWith } from './fixtures/short-road';

const { round: _, signalStartedAtMs: __, origin: ORIGIN, ...WORKFLOW_INPUT } = INPUT;
const RUN_ID = ORIGIN.firstRunId;

/** What the head start needs to know of the account's time. */
async function askOnce({ permits }: ReturnType<typeof roadWith>): Promise<void> {
  await permits.acquire({ requestId: 'read:1', endpoint: 'account', intent: 'entry' });
}

function begin(headStarts: HeadStarts, input = WORKFLOW_INPUT): void {
  const goAhead = headStarts.ready();
  if (!goAhead) throw new Error('The signal got no head start.');
  goAhead(input, RUN_ID);
}

beforeEach(() => jest.useFakeTimers({ now: NOW_MS }));
afterEach(() => jest.useRealTimers());

test("the workflow's call takes over what was begun for it", async () => {
  const parts = roadWith(new Account('1000'));
  await askOnce(parts);
  begin(parts.headStarts);
  expect(await parts.road.tradeAtOnce(INPUT)).toMatchObject({ status: 'settled' });
  expect(parts.send).toHaveBeenCalledTimes(1);
});

test('a call of another process sends nothing', async () => {
  const account = new Account('1000');
  const [first, second] = [roadWith(account, 'UNKNOWN'), roadWith(account)];
  await askOnce(first);
  begin(first.headStarts);
  await first.road.tradeAtOnce(INPUT);
  expect(await second.road.tradeAtOnce(INPUT)).toMatchObject({ status: 'reserved', earlierAttempt: 'possible' });
  expect(second.send).not.toHaveBeenCalled();
});

test('what was begun is given once: a repeated call finds out by itself', async () => {
  const parts = roadWith(new Account('1000'));
  await askOnce(parts);
  begin(parts.headStarts);
  await parts.road.tradeAtOnce(INPUT);
  expect(await parts.road.tradeAtOnce(INPUT)).toMatchObject({ status: 'reserved', earlierAttempt: 'placed' });
  expect(parts.send).toHaveBeenCalledTimes(1);
});

test('a head start that failed fails one call, and the next one trades', async () => {
  const parts = roadWith(new Account('1000'));
  await askOnce(parts);
  parts.plan.mockRejectedValueOnce(new Error('no server'));
  begin(parts.headStarts);
  await expect(parts.road.tradeAtOnce(INPUT)).rejects.toThrow('no server');
  expect(await parts.road.tradeAtOnce(INPUT)).toMatchObject({ status: 'settled' });
});

test('a later round trades anew', async () => {
  const parts = roadWith(new Account('1000'), 'UNKNOWN');
  await askOnce(parts);
  begin(parts.headStarts);
  expect(await parts.road.tradeAtOnce({ ...INPUT, round: 2 })).toMatchObject({ status: 'reserved' });
});

test("a signal gets none before the account's time is known", () => {
  expect(roadWith(new Account('1000')).headStarts.ready()).toBeUndefined();
});

test('a signal gets none while too many are under way', async () => {
  const parts = roadWith(new Account('1000'));
  await askOnce(parts);
  parts.plan.mockReturnValue(new Promise(() => {}));
  for (let count = 0; count < AT_ONCE_MAX; count += 1) {
    begin(parts.headStarts, { ...WORKFLOW_INPUT, fingerprint: String(count).repeat(16) });
  }
  expect(parts.headStarts.ready()).toBeUndefined();
});

test('a head start sends nothing when the ledger may have forgotten a reservation of the signal', async () => {
  const account = new Account('1000');
  const parts = roadWith(account);
  await askOnce(parts);
  const goAhead = parts.headStarts.ready();
  account.ledger = { ...account.ledger, forgottenAtMs: NOW_MS };
  goAhead?.(WORKFLOW_INPUT, RUN_ID);
  expect(await parts.road.tradeAtOnce(INPUT)).toMatchObject({ status: 'reserved', earlierAttempt: 'possible' });
  expect(parts.send).not.toHaveBeenCalled();
});

test('a run that intake did not start takes over nothing, whatever its id', async () => {
  const parts = roadWith(new Account('1000'), 'UNKNOWN');
  await askOnce(parts);
  begin(parts.headStarts);
  const forged = { ...INPUT, origin: { ...ORIGIN, firstRunId: 'run-2' } };
  // It finds the reservation that the head start made, and may only look up.
  expect(await parts.road.tradeAtOnce(forged)).toMatchObject({ status: 'reserved', earlierAttempt: 'possible' });
  expect(await parts.road.tradeAtOnce(INPUT)).toMatchObject({ status: 'answered' });
  expect(parts.send).toHaveBeenCalledTimes(1);
});

test('an exit that no position started reserves and sends nothing', async () => {
  const parts = roadWith(new Account('1000'));
  parts.faultOfParent.mockResolvedValue({ code: 'SIGNAL_NOT_GENUINE', message: 'No.' });
  await expect(parts.road.tradeAtOnce(INPUT)).rejects.toThrow('SIGNAL_NOT_GENUINE');
  await expect(parts.road.withdraw(INPUT)).rejects.toThrow('SIGNAL_NOT_GENUINE');
  expect(parts.faultOfParent).toHaveBeenCalledWith(INPUT.origin);
  expect(parts.plan).not.toHaveBeenCalled();
});

test('what no workflow may trade gets no head start either', async () => {
  const parts = roadWith(new Account('1000'));
  await askOnce(parts);
  parts.check.mockReturnValue({ code: 'SIGNAL_NOT_GENUINE', message: 'No.' });
  begin(parts.headStarts);
  await expect(parts.road.tradeAtOnce(INPUT)).rejects.toThrow('SIGNAL_NOT_GENUINE');
  expect(parts.plan).not.toHaveBeenCalled();
});
