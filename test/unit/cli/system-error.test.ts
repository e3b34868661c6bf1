import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportError } from '../../../src/cli/cli-error';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'oncefill-system-error-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function errorOf(act: () => void): Error {
  try {
    act();
  } catch (error) {
    // Made anew: Node.js makes its own outside of the test's world, in which it is no Error.
    const { code, syscall, path, message } = error as NodeJS.ErrnoException;
    return Object.assign(new Error(message), { code, syscall, path });
  }
  throw new Error('It did not fail.');
}

test.each([
  ['a file in place of a folder', () => mkdirSync(join(folder, 'file'), { recursive: true })],
  ['a file above a folder', () => mkdirSync(join(folder, 'file', 'data'), { recursive: true })],
  ['a folder in place of a file', () => writeFileSync(folder, '')],
  ['a name that is too long', () => writeFileSync(join(folder, 'x'.repeat(1_000)), '')],
])('%s is told in one sentence with what can be done', (_what, act) => {
  writeFileSync(join(folder, 'file'), '');
  const { message } = reportError(errorOf(act));
  expect(message).toContain(folder);
  expect(message).toContain('What to do:');
  expect(message).not.toContain('\n');
});

test.each(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EMFILE', 'EIO'])('so is %s', (code) => {
  const error = Object.assign(new Error(`${code}: refused, open '/data/x'`), {
    code,
    syscall: 'open',
    path: '/data/x',
  });
  expect(reportError(error).message).toMatch(
    new RegExp(`^/data/x cannot be used: .+ \\(open ${code}\\)\\. What to do: .+\\.$`),
  );
});

test.each(['ENOSPC', 'EDQUOT', 'EIO'])('%s while a file that is open is written is told without its path', (code) => {
  const error = Object.assign(new Error(`${code}: refused, write`), { code, syscall: 'write' });
  expect(reportError(error).message).toMatch(
    new RegExp(`^A file cannot be used: .+ \\(write ${code}\\)\\. What to do: .+\\.$`),
  );
});

test.each([
  ['without a path', { code: 'EACCES', syscall: 'listen' }],
  ['of another kind', { code: 'ECONNRESET', syscall: 'read', path: '/run/socket' }],
  ['of a file that should be there', { code: 'ENOENT', syscall: 'open', path: '/data/x' }],
])('an error %s shows where it came from', (_what, fields) => {
  const error = Object.assign(new Error('refused'), fields);
  expect(reportError(error).message).toBe(error.stack);
});
