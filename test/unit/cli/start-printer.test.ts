import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPrinter } from '../../../src/cli/start-printer';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-printer-'));
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(dataDir, { recursive: true });
});

function linesOf(kind: string): readonly unknown[] {
  const folder = join(dataDir, 'logs');
  const name = readdirSync(folder).find((file) => file.startsWith(kind)) ?? '';
  return readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
}

async function print(...line: Parameters<Awaited<ReturnType<typeof openPrinter>>['print']>): Promise<void> {
  const logging = { level: 'info', keepDays: 1, bytesPerDayMax: 100_000 } as const;
  const printer = await openPrinter({ dataDir, logging });
  printer.print(...line);
  printer.close();
}

test('the death of a process reaches the log of errors, with its name', async () => {
  await print('ml_manager died (killed by SIGKILL)', true, { isError: true, about: 'ml_manager' });
  expect(linesOf('errors')).toMatchObject([{ component: 'bot_trading', about: 'ml_manager', level: 'error' }]);
});

test("what a part's own log has is not kept a second time", async () => {
  await print('FILLED', false, { about: 'trading_engine', isLogged: true });
  await print('Stopping …');
  expect(linesOf('bot_trading')).toMatchObject([{ message: 'Stopping …' }]);
});

test("a signal's line keeps its fingerprint, and is no error", async () => {
  await print('FILLED', false, { fingerprint: '0123456789abcdef' });
  expect([linesOf('errors'), linesOf('bot_trading')]).toMatchObject([[], [{ fingerprint: '0123456789abcdef' }]]);
});
