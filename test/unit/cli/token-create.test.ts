import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../../src/cli/program';
import { firstTokenWords } from '../../../src/cli/token';

const { env } = process;
let dataDir: string;
let told: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-token-'));
  process.env = { PATH: env['PATH'], DATA_DIR: dataDir };
  told = '';
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += String(text);
    return true;
  });
});

afterEach(() => {
  process.env = env;
  jest.restoreAllMocks();
  rmSync(dataDir, { recursive: true });
});

test.each(['read', 'trade'] as const)(
  'the first token, of the scope %s, says that it closes the API, and no other does',
  async (scope) => {
    const create = (name: string) => runCommandLine(['token', 'create', '--name', name, '--scope', scope]);
    await create('first');
    expect(told).toContain(firstTokenWords(scope));
    told = '';
    await create('second');
    expect(told).not.toContain('first token');
  },
);

test('a first token that may only read says that senders need another', () => {
  expect(firstTokenWords('read')).toContain('scope trade');
  expect(firstTokenWords('trade')).not.toContain('scope trade');
});
