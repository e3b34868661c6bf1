import { workersByHand } from '../../../src/cli/status';
import { frameOf, watch } from '../../../src/cli/watch-status';
import { describeLimits, gather } from '../../../src/observability/waiting';

const NOW = Date.UTC(2026, 2, 1);

test('a frame is drawn over the one before, line by line, and clears nothing first', () => {
  expect(frameOf('one\ntwo', false)).toBe('\u001B[Hone\u001B[K\ntwo\u001B[K\n\u001B[J');
});

test('what a frame shows cannot move the cursor', () => {
  expect(frameOf('\u001B[5A', false)).toBe('\u001B[H\uFFFD[5A\u001B[K\n\u001B[J');
});

test('where there is no terminal readings follow one another, and Ctrl-C ends with the code of the last', async () => {
  const written: unknown[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(text) > 0);
  const ending = new AbortController();
  ending.abort();
  const read = () => Promise.resolve({ text: 'down', exitCode: 4 as const });
  const exitCode = await watch(read, { isTerminal: false, isColoured: false }, ending.signal);
  jest.restoreAllMocks();
  expect([exitCode, written]).toEqual([4, ['down\n']]);
});

test('a full window of our own limiter says that orders wait', () => {
  const window = (used: number) => ({ used, limit: 72, windowMs: 60_000 });
  const usage = (used: number) => ({ global: window(1), endpoints: { order: window(used) }, blockedUntilMs: 0 });
  expect(describeLimits(usage(72))).toContain('The window of order is full: orders wait');
  expect(describeLimits(usage(10))).toBe('order 10 of 72 in 60 s, all requests 1 of 72 in 60 s');
});

test('whoever asked for work lately serves our queues, each process once', () => {
  const polls = [
    { queue: 'signals', identity: '7@here', atMs: NOW },
    { queue: 'signals', identity: '7@here', atMs: NOW - 1_000 },
    { queue: 'entities', identity: '7@here', atMs: NOW },
    { queue: 'signals', identity: '8@here', atMs: NOW - 200_000 },
    { queue: 'signals', identity: 'somebody', atMs: NOW },
  ];
  expect(gather(polls, NOW)).toEqual([{ pid: 7, host: 'here', queues: ['signals', 'entities'] }]);
});

test('a worker that somebody runs by hand has a line; the engine, and one that has ended, have none', () => {
  const serving = [7, 8, 9].map((pid) => ({ pid, host: 'here', queues: ['signals'] }));
  const health = { details: [{ name: 'trading_engine', status: 'healthy' as const, pid: 7, host: 'here', text: '' }] };
  const machine = { host: 'here', isRunning: (pid: number) => pid !== 9 };
  expect(workersByHand({ dataDir: '/nowhere' }, health, serving, machine)).toEqual([
    { name: 'worker', status: 'healthy', pid: 8, text: 'run by hand, serves signals' },
  ]);
});
