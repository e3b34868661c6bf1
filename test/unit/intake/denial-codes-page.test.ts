import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/config/package-root';
import { DENIAL_CODES } from '../../../src/domain/denial';

const page = readFileSync(join(packageRoot(), 'docs', 'denial-codes.md'), 'utf8');
const [, ...sections] = page.split(/^## /m);

test('docs/denial-codes.md has one section per denial code, and no other', () => {
  expect(sections.map((section) => section.split('\n')[0])).toEqual(DENIAL_CODES);
});

test.each(DENIAL_CODES)('%s is explained: when it happens, and what to do', (code) => {
  const section = sections.find((candidate) => candidate.startsWith(`${code}\n`));
  expect(section).toMatch(/\*\*When:\*\* \S/);
  expect(section).toMatch(/\*\*What to do:\*\* \S/);
});

test.each(DENIAL_CODES)('%s is raised somewhere', (code) => {
  const files = ['src', 'workflows', 'activities'].flatMap((folder) =>
    readdirSync(join(packageRoot(), folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const raising = files.filter(
    (file) => file.endsWith('.ts') && readFileSync(join(packageRoot(), file), 'utf8').includes(`'${code}'`),
  );
  expect(raising.filter((file) => file !== join('src', 'domain', 'denial.ts'))).not.toEqual([]);
});
