import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendKey, createKey } from '../../../../src/temporal/codec/create-key';
import { HistoryKeyError } from '../../../../src/temporal/codec/history-key-error';
import { historyKeys } from '../../../../src/temporal/codec/history-keys';
import { KEYS_MAX } from '../../../../src/temporal/codec/key-ring';

const [A, B] = [createKey('a'), createKey('b')];
/** Of A, without its id. */
const SECRET = A.slice(2);

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-keys-'));
  file = join(folder, 'keys');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function idsOf(env: NodeJS.ProcessEnv): readonly string[] {
  return historyKeys(env).keys.map(({ id }) => id);
}

function problemOf(env: NodeJS.ProcessEnv): HistoryKeyError {
  try {
    historyKeys(env);
  } catch (error) {
    if (error instanceof HistoryKeyError) return error;
  }
  throw new Error('These keys were accepted.');
}

test.each<[string, NodeJS.ProcessEnv]>([
  ['no variable', {}],
  ['empty variables', { ONCEFILL_HISTORY_KEYS: '', ONCEFILL_HISTORY_KEYS_FILE: '' }],
])('%s means that nothing is sealed', (_name, env) => {
  expect(historyKeys(env).sealing).toBeUndefined();
});

test.each([
  ['a comma', `${A},${B}`],
  ['a line break', `${A}\n${B}\n`],
  ['both, with spaces and empty lines', ` ${A} ,\r\n\r\n ${B} `],
])('keys are separated by %s, and keep their order', (_name, text) => {
  expect(idsOf({ ONCEFILL_HISTORY_KEYS: text })).toEqual(['a', 'b']);
});

test.each([
  ['nothing but separators', ' ,\n', 'holds no key'],
  ['a key without an id', SECRET, 'has no id'],
  ['an empty id', `:${SECRET}`, 'has no valid id'],
  ['an id with a space', `a b:${SECRET}`, 'has no valid id'],
  ['an id with an escape', `\u001b[2J:${SECRET}`, 'has no valid id'],
  ['an id that is too long', `${'a'.repeat(33)}:${SECRET}`, 'has no valid id'],
  ['a key of 31 bytes', `a:${Buffer.alloc(31).toString('base64')}`, 'is not 32 bytes'],
  ['a key of 33 bytes', `a:${Buffer.alloc(33).toString('base64')}`, 'is not 32 bytes'],
  ['an empty key', 'a:', 'is not 32 bytes'],
  ['a key in hex', `a:${'00'.repeat(32)}`, 'is not 32 bytes'],
  ['a key without its padding', `a:${SECRET.replace('=', '')}`, 'is not 32 bytes'],
  ['a key whose last bits are lost', `a:${'A'.repeat(42)}B=`, 'is not 32 bytes'],
  ['two keys of one id', `${A},a:${B.slice(2)}`, 'has the id "a" a second time'],
  ['one key under two ids', `${A},b:${SECRET}`, 'repeats the key "a"'],
  [
    'more keys than anybody needs',
    Array.from({ length: KEYS_MAX + 1 }, (_, index) => createKey(`k${index}`)).join(','),
    'at most 16',
  ],
])('%s is refused in one sentence that shows no byte of a key', (_name, text, part) => {
  const { code, message } = problemOf({ ONCEFILL_HISTORY_KEYS: text });
  expect(code).toBe('HISTORY_KEYS_INVALID');
  expect(message).toContain(part);
  expect(message).toMatch(/^ONCEFILL_HISTORY_KEYS[^\n]*\.$/);
  expect(message).not.toContain(SECRET.slice(0, 8));
});

test('two sources are one too many', () => {
  const env = { ONCEFILL_HISTORY_KEYS: A, ONCEFILL_HISTORY_KEYS_FILE: file };
  expect(problemOf(env).message).toContain('keep one of them');
});

test('keys may lie in a file that only its owner may read', () => {
  writeFileSync(file, `${A}\n${B}\n`, { mode: 0o600 });
  expect(idsOf({ ONCEFILL_HISTORY_KEYS_FILE: file })).toEqual(['a', 'b']);
});

test.each([0o640, 0o604, 0o660, 0o602])('a file of mode %o is refused', (mode) => {
  writeFileSync(file, A);
  chmodSync(file, mode);
  expect(problemOf({ ONCEFILL_HISTORY_KEYS_FILE: file }).message).toContain('chmod 600');
});

test.each<[string, () => void, string]>([
  ['is missing', () => undefined, 'ENOENT'],
  ['is a pipe', () => spawnSync('mkfifo', ['-m', '600', file]), 'is not a regular file'],
  ['is endless', () => writeFileSync(file, '\n'.repeat(10_000), { mode: 0o600 }), 'is larger than'],
  ['is empty', () => writeFileSync(file, '', { mode: 0o600 }), 'holds no key'],
])('a file that %s is refused', (_name, make, part) => {
  make();
  expect(problemOf({ ONCEFILL_HISTORY_KEYS_FILE: file }).message).toContain(part);
});

test('a new key goes to the end of the file, where it opens and does not seal', () => {
  appendKey(file, A);
  appendKey(file, B);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(idsOf({ ONCEFILL_HISTORY_KEYS_FILE: file })).toEqual(['a', 'b']);
});

test('a file whose last line has no end gets one first', () => {
  writeFileSync(file, A, { mode: 0o600 });
  appendKey(file, B);
  expect(readFileSync(file, 'utf8')).toBe(`${A}\n${B}\n`);
});

test('a key of the same id is not added', () => {
  appendKey(file, A);
  expect(() => appendKey(file, createKey('a'))).toThrow('a second time');
  expect(readFileSync(file, 'utf8')).toBe(`${A}\n`);
});

test('a key shows nothing of itself when it is printed', () => {
  const [key] = historyKeys({ ONCEFILL_HISTORY_KEYS: A }).keys;
  expect(JSON.stringify(key)).not.toContain(SECRET.slice(0, 8));
});

test('keys where the name of their file belongs are not shown', () => {
  const { message } = problemOf({ ONCEFILL_HISTORY_KEYS_FILE: 'a:canaryA1b2C3=' });
  expect(message).toContain('(not shown');
  expect(message).not.toContain('canary');
});
