/** What the options of the command line say of a position, told by what is wrong with them: nothing is sent. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../../src/cli/program';
import { ExitCode } from '../../../src/process/exit-codes';

const SEND = ['signal', 'send', '--symbol', 'BTCUSDT', '--direction', 'BUY', '--strategy', 's', '--deadline', '0'];

let folder: string;
let said: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-send-'));
  jest.replaceProperty(process, 'env', { ...process.env, DATA_DIR: folder });
  said = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  [['--stop-loss', 'x'], '--stop-loss is "x"; it must be a positive decimal number'],
  [['--stop-loss-distance', '0'], '--stop-loss-distance is "0"'],
  [['--take-profit', 'x'], '--take-profit is "x"'],
  [['--take-profit-distance', 'x'], '--take-profit-distance is "x"'],
  [['--trailing-distance', 'x'], '--trailing-distance is "x"'],
  [['--max-holding', '1h'], '--max-holding is "1h"; it must be a whole number of seconds'],
  [
    ['--stop-loss', '2', '--take-profit', '1'],
    '--stop-loss is 2 and --take-profit is 1; of a BUY the stop must lie below',
  ],
  [['--exit', '--amount', '1', '--stop-loss', '2'], '--stop-loss is for entries'],
])('%j is refused by the name of its option', async (words, message) => {
  expect(await runCommandLine([...SEND, ...words])).toBe(ExitCode.USAGE);
  expect(said).toContain(message);
});
