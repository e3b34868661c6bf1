import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secretValues } from '../../../src/config/environment';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('secretValues', () => {
  test('holds the keys of every venue, whatever its name, and of the Temporal server', () => {
    const env = {
      BYBIT_API_KEY: 'one',
      BYBIT_EU_API_SECRET: 'two',
      TEMPORAL_API_KEY: 'three',
      API_PORT: '8080',
      OTHER_API_KEY: '',
    };
    expect(secretValues(env)).toEqual(['one', 'two', 'three']);
  });

  test('holds a key that comes from a file', () => {
    const path = join(folder, 'key');
    writeFileSync(path, 'from-a-file\n');
    expect(secretValues({ MAIN_API_SECRET_FILE: path })).toEqual(['from-a-file']);
  });

  test.each([
    ['is not there', '/does/not/exist'],
    ['is a folder', tmpdir()],
  ])('leaves a file that %s to whoever needs it', (_name, path) => {
    expect(secretValues({ MAIN_API_KEY_FILE: path })).toEqual([]);
  });
});
