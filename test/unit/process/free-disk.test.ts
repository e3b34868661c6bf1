import { readFreeSpace } from '../../../src/process/free-disk';

const missing = () => Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' }));

test('free is what a user without rights of his own may fill', async () => {
  expect(await readFreeSpace('/data', async () => ({ bavail: 3, bsize: 4_096 }))).toEqual({ freeBytes: 12_288 });
});

test('a folder that does not exist yet is on the disk of its nearest parent', async () => {
  const asked: string[] = [];
  const ask = async (path: string) => {
    asked.push(path);
    return path === '/a' ? { bavail: 1, bsize: 1 } : missing();
  };
  expect(await readFreeSpace('/a/b/c', ask)).toEqual({ freeBytes: 1 });
  expect(asked).toEqual(['/a/b/c', '/a/b', '/a']);
});

test.each([
  ['ENOSYS', () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOSYS' }))],
  ['ENOENT', missing],
])('a file system that cannot be asked is told by its fault: %s', async (fault, ask) => {
  expect(await readFreeSpace('/data', ask)).toEqual({ fault });
});

test('a file system that does not answer is not waited for', async () => {
  jest.useFakeTimers();
  try {
    const space = readFreeSpace('/data', () => new Promise(() => undefined));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await space).toEqual({ fault: 'no answer within 1000 ms' });
  } finally {
    jest.useRealTimers();
  }
});

test('an answer that comes while this process is held up is an answer', async () => {
  const ask = () => new Promise<never>((resolve) => setTimeout(() => resolve({ bavail: 1, bsize: 1 } as never), 200));
  const space = readFreeSpace('/data', ask);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const heldUpUntilMs = performance.now() + 1_500;
  while (performance.now() < heldUpUntilMs);
  expect(await space).toEqual({ freeBytes: 1 });
});

test('this machine tells what is free', async () => {
  expect(await readFreeSpace(__dirname)).toEqual({ freeBytes: expect.any(Number) as number });
});
