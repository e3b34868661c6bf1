import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { listProjectFiles } from './project-files';

const OWN = ['README.md', 'src/data/tables.ts', 'src/main.ts'];
const MADE = ['node_modules/a/a.js', 'bench/node_modules/b.js', 'dist/src/main.js', 'dist.next/c.js', 'data/d.json'];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-project-files-test-'));
  for (const path of [...OWN, ...MADE]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('in a copy without git, everything is listed but what is installed or made', () => {
  expect(listProjectFiles(folder).toSorted((one, other) => (one < other ? -1 : 1))).toEqual(OWN);
});

test('in a copy that git cannot read, the same', () => {
  writeFileSync(join(folder, '.git'), 'gitdir: nowhere');
  expect(listProjectFiles(folder).toSorted((one, other) => (one < other ? -1 : 1))).toEqual(OWN);
});
