import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../../src/cli/program';
import { ExitCode } from '../../../src/process/exit-codes';

let errors: string;

beforeEach(() => {
  errors = '';
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    errors += String(text);
    return true;
  });
});

afterEach(() => jest.restoreAllMocks());

test.each([
  ['--amount', ['signal', 'send', '--amount', '1', '--amount', '2']],
  ['--amount', ['signal', 'send', '--amount=1', '--amount=1']],
  ['--limit-price', ['signal', 'send', '--limit-price', '1', '--amount', '2', '--limit-price', '3']],
  ['--filled', ['signal', 'settle', '0123456789abcdef', '--filled', '1', '--filled', '0']],
  ['--reason', ['halt', '--reason', 'a', '--reason', 'b']],
  ['--config', ['--config', 'a.yaml', '--config', 'b.yaml', 'status']],
])('%s that is given twice is refused by its name: %j', async (option, words) => {
  expect(await runCommandLine(words)).toBe(ExitCode.USAGE);
  expect(errors).toContain(`${option} is given twice; give it once.`);
});

test('a flag without a value may be given twice', async () => {
  const dataDir = process.env['DATA_DIR'];
  process.env['DATA_DIR'] = mkdtempSync(join(tmpdir(), 'oncefill-doubled-'));
  try {
    expect(await runCommandLine(['audit', '--json', '--json'])).toBe(ExitCode.SUCCESS);
  } finally {
    if (dataDir === undefined) delete process.env['DATA_DIR'];
    else process.env['DATA_DIR'] = dataDir;
  }
});
