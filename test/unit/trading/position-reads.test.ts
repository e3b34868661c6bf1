import { PositionReads } from '../../../src/trading/position-reads';
import { currentPurse } from '../../../src/venues/request-permit';
import { NoPermitError, VenueError, type PositionDesk } from '../../../src/venues/venue';
import { goodPermit } from '../../support/permit';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const CHANGE = { symbol: 'BTCUSDT', stopLoss: '1', stopTrigger: 'mark', targetTrigger: 'last' } as const;
const NOW = (): void => undefined;
const LATER_MS = 15_000;

/** Sends one request: with a permit of its own, or the venue refuses it. */
function send(): void {
  if (currentPurse()?.take(performance.now()) !== true) throw new Error('A request was sent without a permit.');
}

/** A venue whose every answer has so many pages. */
function readsOf({ pages = 1, ...methods }: { pages?: number } & Partial<PositionDesk> = {}) {
  const read = jest.fn(async (mayAsk?: () => Promise<void>) => {
    for (let page = 1; page <= pages; page += 1) {
      if (page > 1) await mayAsk?.();
      send();
    }
  });
  const desk: PositionDesk = {
    rows: async (mayAsk) => (await read(mayAsk), { asOfMs: 1, rows: [], unreadable: [] }),
    executions: async (_symbol, _sinceMs, mayAsk) => (await read(mayAsk), []),
    moneyLog: async (_sinceMs, mayAsk) => (await read(mayAsk), []),
    setProtection: async () => (send(), { status: 'set', message: '' }),
    ...methods,
  };
  const forRead = jest.fn(async (_group: string, _intent: string) => goodPermit());
  return { reads: new PositionReads({ name: 'bybit', positionDesk: desk }, { forRead }), forRead, read };
}

const READS: readonly (readonly [string, (reads: PositionReads) => Promise<unknown>])[] = [
  ['positions', (reads) => reads.rows()],
  ['executions', (reads) => reads.executions('BTCUSDT', 1)],
  ['the money log', (reads) => reads.moneyLog(1)],
];

describe.each(READS)('%s', (_what, ask) => {
  test.each([1, 2, 5])('on %d pages take a permit for each of them, in the share of exits', async (pages) => {
    const { reads, forRead } = readsOf({ pages });
    await ask(reads);
    expect(forRead.mock.calls).toEqual(Array.from({ length: pages }, () => ['account', 'exit']));
  });

  test('that the venue refuses are not asked for again at once, and later are', async () => {
    const { reads, read, forRead } = readsOf();
    read.mockRejectedValue(new VenueError({ kind: 'NOT_PLACED', message: 'Busy.' }));
    await expect(ask(reads)).rejects.toThrow('Busy.');
    // One try of all exits together is free.
    await expect(ask(reads)).rejects.toThrow('Busy.');
    await expect(ask(reads)).rejects.toMatchObject({ outcome: { retryAfterMs: expect.any(Number) as number } });
    expect(forRead).toHaveBeenCalledTimes(2);
    read.mockResolvedValue();
    jest.advanceTimersByTime(8_000);
    await ask(reads);
    expect(forRead).toHaveBeenCalledTimes(3);
  });

  test('for which there is no room fail, and send nothing', async () => {
    const { reads, forRead, read } = readsOf();
    forRead.mockRejectedValue(new NoPermitError({ kind: 'RATE_LIMITED', message: 'Full.' }));
    await expect(ask(reads)).rejects.toThrow('Full.');
    expect(read).not.toHaveBeenCalled();
  });

  test('of a venue that tells nothing of them cost no permit, and only a person can help', async () => {
    const forRead = jest.fn();
    await expect(ask(new PositionReads({ name: 'other' }, { forRead }))).rejects.toMatchObject({
      outcome: { kind: 'FATAL' },
    });
    expect(forRead).not.toHaveBeenCalled();
  });
});

test('the executions and the money log of all positions back off together', async () => {
  const { reads, read, forRead } = readsOf();
  read.mockRejectedValue(new VenueError({ kind: 'NOT_PLACED', message: 'Busy.' }));
  for (const ask of [
    () => reads.executions('BTCUSDT', 1),
    () => reads.moneyLog(1),
    () => reads.executions('ETHUSDT', 1),
  ]) {
    await expect(ask()).rejects.toThrow('Busy.');
  }
  expect(forRead).toHaveBeenCalledTimes(2);
});

test('who asks for positions at the same time shares the answer, and who asks afterwards gets a new one', async () => {
  const { reads, read } = readsOf();
  await Promise.all([reads.rows(), reads.rows(), reads.rows()]);
  expect(read).toHaveBeenCalledTimes(1);
  await reads.rows();
  expect(read).toHaveBeenCalledTimes(2);
});

describe('protection', () => {
  test('is set by one request, under an order permit of an exit, after whoever waits for it was told', async () => {
    const { reads, forRead } = readsOf();
    const told = jest.fn();
    expect(await reads.setProtection(CHANGE, LATER_MS, told)).toEqual({ status: 'set', message: '' });
    expect(forRead.mock.calls).toEqual([['order', 'exit']]);
    expect(told).toHaveBeenCalledTimes(1);
  });

  test('that waited too long for its permit is not sent', async () => {
    const setProtection = jest.fn();
    const { reads, forRead } = readsOf({ setProtection });
    forRead.mockImplementation(async () => (jest.advanceTimersByTime(LATER_MS), goodPermit()));
    expect(await reads.setProtection(CHANGE, performance.now() + LATER_MS, NOW)).toMatchObject({
      status: 'rate_limited',
    });
    expect(setProtection).not.toHaveBeenCalled();
  });

  test.each([
    ['RATE_LIMITED', 'rate_limited'],
    ['BANNED', 'rate_limited'],
    ['FATAL', 'rejected'],
  ] as const)('whose permit is refused as %s is answered as %s', async (kind, status) => {
    const { reads, forRead } = readsOf();
    forRead.mockRejectedValue(new NoPermitError({ kind, message: 'No.' }));
    expect(await reads.setProtection(CHANGE, LATER_MS, NOW)).toEqual({ status, message: 'No.' });
  });

  test('of a venue that takes none is refused in words', async () => {
    const reads = new PositionReads({ name: 'other' }, { forRead: async () => goodPermit() });
    expect(await reads.setProtection(CHANGE, LATER_MS, NOW)).toMatchObject({
      status: 'rejected',
      message: expect.stringContaining('other') as string,
    });
  });

  test.each(['set', 'already', 'price_passed', 'no_position', 'rate_limited', 'rejected', 'unknown'] as const)(
    'is answered as the venue does: %s',
    async (status) => {
      const { reads } = readsOf({ setProtection: async () => ({ status, message: 'So.' }) });
      expect(await reads.setProtection(CHANGE, LATER_MS, NOW)).toEqual({ status, message: 'So.' });
    },
  );

  test('that fails by a defect of ours is no answer of the venue', async () => {
    const { reads } = readsOf({ setProtection: () => Promise.reject(new TypeError('A defect.')) });
    await expect(reads.setProtection(CHANGE, LATER_MS, NOW)).rejects.toThrow(TypeError);
  });
});
