/** What the README promises has a row in docs/proof.md, and every row names a test that there is. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';

const ROOT = packageRoot();

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The rows below `## Every promise and its test`: promise, file, a part of the test's name. */
function rowsOfProof(): readonly (readonly [string, string, string])[] {
  const [, section = ''] = read('docs/proof.md').split('## Every promise and its test\n');
  return section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| promise') && !line.startsWith('| ---'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, promise = '', file = '', name = '']) => [promise, file.replaceAll('`', ''), name] as const);
}

/** The numbered guarantees. */
function guarantees(): readonly string[] {
  return read('README.md')
    .split('\n')
    .flatMap((line) => /^\d\. (.*)$/.exec(line)?.[1] ?? []);
}

test('there are promises and rows', () => {
  expect(guarantees().length).toBeGreaterThanOrEqual(4);
  expect(rowsOfProof().length).toBeGreaterThan(10);
});

test.each(rowsOfProof())('%s %s: %s', (_promise, file, name) => {
  expect(existsSync(join(ROOT, file))).toBe(true);
  expect(read(file).replaceAll(/\s+/g, ' ')).toContain(name);
});

test('every guarantee of the readme has a row', () => {
  const promises = rowsOfProof().flatMap(([promise]) => promise || []);
  const unproven = guarantees().filter((guarantee) => !promises.some((promise) => guarantee.startsWith(promise)));
  expect(unproven).toEqual([]);
});
