import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../../src/config/config-error';
import { loadDotEnv } from '../../../src/config/dot-env';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'oncefill-env-'));
});

afterEach(() => {
  rmSync(cwd, { recursive: true });
});

test('the real environment wins over the file', () => {
  writeFileSync(join(cwd, '.env'), 'API_PORT=9000\nLOG_LEVEL="debug" # all of it\n');
  const env: NodeJS.ProcessEnv = { API_PORT: '9001' };
  expect(loadDotEnv(cwd, env)).toBe(true);
  expect(env).toEqual({ API_PORT: '9001', LOG_LEVEL: 'debug' });
});

test('a folder without the file is fine', () => {
  expect(loadDotEnv(cwd, {})).toBe(false);
});

test('a file that cannot be read is an error', () => {
  mkdirSync(join(cwd, '.env'));
  expect(() => loadDotEnv(cwd, {})).toThrow(ConfigError);
});
