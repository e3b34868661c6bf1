/** What README.md and SECURITY.md promise has a row in docs/proof.md, and every row names a test that there is. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';

const ROOT = packageRoot();

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

type Row = readonly [first: string, second: string, third: string];

/** The first three cells of every row of the table below a heading, without the table's own. */
function rowsBelow(path: string, heading: string): readonly Row[] {
  const [, section = ''] = read(path).split(`## ${heading}\n`);
  const lines = section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| '));
  return lines
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, first = '', second = '', third = '']) => [first, second, third] as const);
}

/** Promise or door, file, a part of the test's name. */
function proofs(heading: string): readonly Row[] {
  return rowsBelow('docs/proof.md', heading).map(([what, file, name]) => [what, file.replaceAll('`', ''), name]);
}

const PROMISES = proofs('Every promise and its test');
const DOORS = proofs('Every door and its test');
const NUMBERS = proofs('One order whatever happens, and limits: by number');

/** The numbered guarantees. */
function guarantees(): readonly string[] {
  return read('README.md')
    .split('\n')
    .flatMap((line) => /^\d\. (.*)$/.exec(line)?.[1] ?? []);
}

test('there are promises and rows', () => {
  expect(guarantees().length).toBeGreaterThanOrEqual(4);
  expect(PROMISES.length).toBeGreaterThan(10);
  expect(DOORS.length).toBeGreaterThan(10);
  expect(NUMBERS.length).toBeGreaterThan(10);
});

test.each([...PROMISES, ...DOORS, ...NUMBERS])('%s %s: %s', (_promise, file, name) => {
  expect(existsSync(join(ROOT, file))).toBe(true);
  expect(read(file).replaceAll(/\s+/g, ' ')).toContain(name);
});

test('every guarantee of the readme has a row', () => {
  const promises = PROMISES.flatMap(([promise]) => promise || []);
  const unproven = guarantees().filter((guarantee) => !promises.some((promise) => guarantee.startsWith(promise)));
  expect(unproven).toEqual([]);
});

test('every door of the security page has a row', () => {
  const doors = rowsBelow('SECURITY.md', 'How the doors are closed').map(([door]) => door);
  expect(doors.length).toBeGreaterThan(5);
  expect(DOORS.flatMap(([door]) => door || [])).toEqual(doors);
});
