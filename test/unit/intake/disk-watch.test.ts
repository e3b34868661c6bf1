import { DiskWatch } from '../../../src/intake/disk-watch';
import type { FreeSpace } from '../../../src/process/free-disk';

const MEGABYTE = 1_000_000;
const A_WHILE_MS = 3_000;

let space: FreeSpace;
let reads: number;

function watch(minimumFreeMb = 100): DiskWatch {
  const read = async () => {
    reads += 1;
    return space;
  };
  return new DiskWatch({ dataDir: '/data', minimumFreeMb, read });
}

beforeEach(() => {
  jest.useFakeTimers();
  space = { freeBytes: 200 * MEGABYTE };
  reads = 0;
});
afterEach(() => jest.useRealTimers());

test('where there is room, nothing is wrong', async () => {
  expect(await watch().fault()).toBeUndefined();
});

test('a disk below the mark is told with both figures, until there is clearly more again', async () => {
  const disk = watch();
  space = { freeBytes: 99.5 * MEGABYTE };
  expect(await disk.fault()).toContain('has 99 MB free; storage.minimumFreeMb is 100');
  space = { freeBytes: 105 * MEGABYTE };
  jest.advanceTimersByTime(A_WHILE_MS);
  expect(await disk.fault()).toContain('105 MB free');
  space = { freeBytes: 111 * MEGABYTE };
  jest.advanceTimersByTime(A_WHILE_MS);
  expect(await disk.fault()).toBeUndefined();
});

test('a disk that cannot be asked counts as low, and says how to trade all the same', async () => {
  space = { fault: 'ENOSYS' };
  expect(await watch().fault()).toMatch(/cannot be told \(ENOSYS\).*storage\.minimumFreeMb to 0/);
});

test('without a mark nobody asks', async () => {
  space = { freeBytes: 0 };
  expect(await watch(0).fault()).toBeUndefined();
  expect(reads).toBe(0);
});

test('many questions at once are one, and another one comes only after a while', async () => {
  const disk = watch();
  await Promise.all([disk.fault(), disk.fault(), disk.fault()]);
  await disk.fault();
  expect(reads).toBe(1);
  jest.advanceTimersByTime(A_WHILE_MS);
  await disk.fault();
  expect(reads).toBe(2);
});

test.each([
  ['was too full', true],
  ['may have been too full, which nobody knows,', undefined],
])('a disk that %s when a process of before looked last needs clearly more, too', async (_what, wasLow) => {
  expect(await afterRestart(wasLow, 105)).toContain('105 MB free; storage.minimumFreeMb is 100');
  expect(await afterRestart(wasLow, 105)).toContain('until 111 MB are free');
  expect(await afterRestart(wasLow, 111)).toBeUndefined();
});

test('a disk that had room before needs no more than the mark', async () => {
  expect(await afterRestart(false, 105)).toBeUndefined();
});

function afterRestart(wasLow: boolean | undefined, freeMb: number): Promise<string | undefined> {
  const read = async (): Promise<FreeSpace> => ({ freeBytes: freeMb * MEGABYTE });
  return new DiskWatch({ dataDir: '/data', minimumFreeMb: 100, wasLow, read }).fault();
}
