import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBoundedFile } from '../../../src/process/bounded-file';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-bounded-file-test-'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  writeFileSync(join(folder, 'ten'), '0123456789');
  writeFileSync(join(folder, 'empty'), '');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(name: string, bytesMax = 10): string {
  return readBoundedFile(join(folder, name), { bytesMax, what: 'The note' }).toString();
}

test('a file of the largest size is read whole, and so is an empty one', () => {
  expect(read('ten')).toBe('0123456789');
  expect(read('empty')).toBe('');
});

test.each([
  ['a larger file', 'ten', 9, 'is larger than 9 bytes'],
  ['a missing file', 'none', 10, 'does not exist'],
  ['a folder', '.', 10, 'is a folder, not a regular file'],
  ['a pipe that nobody writes to', 'pipe', 10, 'is a pipe, not a regular file'],
])('%s is refused in one sentence', (_, name, bytesMax, problem) => {
  const error = failureOf(() => read(name, bytesMax));
  expect(error.message).toBe(`The note ${join(folder, name)} ${problem}.`);
});

test.each([
  ['a device without an end', '/dev/zero', 'is a device, not a regular file'],
  ['a file of the kernel without a size', '/proc/self/maps', 'is larger than 10 bytes'],
])('%s is refused', (_, path, problem) => {
  const error = failureOf(() => readBoundedFile(path, { bytesMax: 10, what: 'The note' }));
  expect(error.message).toBe(`The note ${path} ${problem}.`);
});

function failureOf(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
