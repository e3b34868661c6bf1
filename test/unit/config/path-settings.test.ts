import { join } from 'node:path';
import { ConfigError } from '../../../src/config/config-error';
import { loadConfig } from '../../../src/config/load-config';

function dataDirOf(name: string, cwd = '/work space'): string {
  return loadConfig({ env: { DATA_DIR: name }, cwd }).dataDir;
}

function refusalOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

it.each([
  'C#',
  'what?',
  '100%',
  'a%23b',
  'a%00b',
  'a;b',
  'a&b',
  "O'Brien",
  'a"b',
  'my data',
  'back\\slash',
  'C:\\data',
  'a$b',
  'US$',
  'a~',
  '-rf',
  '--data',
  '*',
  '[a]{b,c}',
  'a|b>c<d',
  'a:b=c',
  '👨‍💻',
  'e\u0301',
  'داده‌ها',
  './~',
  './$HOME',
  'x'.repeat(200),
])('a folder may be called %p', (name) => {
  expect(dataDirOf(name)).toBe(join('/work space', name));
});

it.each([
  ['a relative path', 'a/../b', '/w/b'],
  ['a slash at the end', 'a/', '/w/a'],
  ['the folder above', '..', '/'],
  ['an absolute path', '/srv/C#/data', '/srv/C#/data'],
])('%s is made absolute', (_what, written, expected) => {
  expect(dataDirOf(written, '/w')).toBe(expected);
});

it.each([
  ['~/data', '~'],
  ['~', '~'],
  ['~anna/data', '~anna'],
  ['$HOME/data', '$HOME'],
  ['${HOME}/data', '${HOME}'],
])('%p is refused, because only a shell knows where that is', (written, word) => {
  const message = refusalOf(() => dataDirOf(written));
  expect(message).toContain(`DATA_DIR: dataDir is "${written}", and only a shell fills in ${word};`);
});

it.each([
  ['a\nb', 'U+000A'],
  ['a\u001b[2J', 'U+001B'],
  ['a\u0000b', 'U+0000'],
  ['a\u0085b', 'U+0085'],
  ['a\ufffdb', 'U+FFFD'],
  ['a\ud800b', 'U+D800'],
])('%p is refused, and its character named', (written, character) => {
  expect(refusalOf(() => dataDirOf(written))).toContain(`the character ${character};`);
});

it('refuses a working folder that nobody can name', () => {
  expect(refusalOf(() => dataDirOf('data', '/w\n/x'))).toContain(
    'dataDir is "/w\\u{a}/x/data", which holds the character U+000A',
  );
});
