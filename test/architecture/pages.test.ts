/** What the pages name is there: paths, links, scripts. And they stay as short as a page. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';
import { listProjectFiles } from './project-files';

const ROOT = packageRoot();
const PAGES = listProjectFiles(ROOT).filter((file) => file.endsWith('.md'));
const FOLDERS =
  'src|workflows|activities|workers|test|chaos|night|bench|harness|scripts|docs|config|temporal-config|models|training';
const README_LINES_MAX = 150;
const GLOSSARY_LINES_MAX = 30;

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, found]) => found!);
}

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  test('links to files that exist', () => {
    const links = matches(text, /\]\((?!https?:|#)([^)#\s]+)/g);
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
  });

  test('names files and folders that exist', () => {
    const paths = matches(text, new RegExp(`\`((?:${FOLDERS})/[\\w./-]+)\``, 'g'));
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('names scripts that npm knows', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const names = matches(text, /npm run (?:--silent )?([a-z][\w:-]*)/g);
    expect(names.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

test('the readme can be read in one go', () => {
  expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(README_LINES_MAX);
});

test('the glossary is short, and each word stands in it once', () => {
  const [, glossary = ''] = read('ARCHITECTURE.md').split('## Glossary\n');
  const rows = glossary.split('\n').filter((line) => line.startsWith('|'));
  expect(rows.length).toBeGreaterThan(2);
  expect(rows.length).toBeLessThanOrEqual(GLOSSARY_LINES_MAX);
  const words = rows.map((row) => row.split('|')[1]?.trim());
  expect(new Set(words).size).toBe(words.length);
});
