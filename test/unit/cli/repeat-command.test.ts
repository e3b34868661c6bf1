import { execFileSync } from 'node:child_process';
import { programWords, shellQuote } from '../../../src/cli/repeat-command';

const NPM = { npm_lifecycle_event: 'oncefill', npm_package_name: 'oncefill' };
const MAIN = '/app/dist/src/cli/main.js';

test.each([
  [
    '',
    'plain',
    '--flag',
    '=x',
    '~',
    '#',
    'a b',
    "'",
    "''",
    '"',
    '\\',
    '$(x)',
    '`x`',
    '!',
    '*',
    '\n',
    '\t',
    '🙂',
    'ä',
    '%',
    '{a,b}',
  ],
])('a shell reads every word back as it was', (...words) => {
  const script = `node -e 'process.stdout.write(JSON.stringify(process.argv.slice(1)))' -- ${words.map(shellQuote).join(' ')}`;
  expect(JSON.parse(execFileSync('sh', ['-c', script], { encoding: 'utf8' }))).toEqual(words);
});

test.each<[string, readonly string[], NodeJS.ProcessEnv, readonly string[]]>([
  ['npm', ['node', MAIN], NPM, ['npm', 'run', 'oncefill', '--']],
  [
    'npm, silently',
    ['node', MAIN],
    { ...NPM, npm_config_loglevel: 'silent' },
    ['npm', 'run', '--silent', 'oncefill', '--'],
  ],
  ['an npm script of somebody else', ['node', MAIN], { ...NPM, npm_package_name: 'mine' }, ['node', MAIN]],
  ['the installed command', ['node', '/usr/bin/oncefill'], {}, ['/usr/bin/oncefill']],
  ['Node.js', ['/opt/node', MAIN], {}, ['/opt/node', MAIN]],
])('the program is called again as it was called by %s', (_name, argv, env, expected) => {
  expect(programWords({ argv, execArgv: [], env })).toEqual(expected);
});

test('options of Node.js are given again', () => {
  const call = { argv: ['node', MAIN], execArgv: ['--require', '/x.cjs'], env: {} };
  expect(programWords(call)).toEqual(['node', '--require', '/x.cjs', MAIN]);
});
