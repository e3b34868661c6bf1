import { runCommandLine } from '../../../src/cli/program';
import type { PositionReply, PositionView } from '../../../src/messages/position';
import { ExitCode } from '../../../src/process/exit-codes';
import { aPositionView, aRow, aTrade } from '../positions/samples';

const ACCEPTED = { accepted: true, message: 'The venue is asked for it.' };
/** What the position's workflow says, one view after the other; the last one stays. */
let views: (PositionView | undefined)[];
let reply: PositionReply | undefined;

jest.mock('../../../src/cli/command-audit', () => ({ auditAttempt: () => undefined }));
jest.mock('../../../src/cli/command-config', () => ({
  ...jest.requireActual<object>('../../../src/cli/command-config'),
  refuseNeedlessLive: () => undefined,
  loadCommandConfig: async () => ({ venue: 'bybit', venues: { bybit: { settleAsset: 'USDT' } } }),
}));
jest.mock('../../../src/cli/position-access', () => ({
  ...jest.requireActual<object>('../../../src/cli/position-access'),
  withPositions: async (_config: unknown, _purpose: unknown, use: (positions: unknown) => unknown) =>
    use({
      show: async () => (views.length > 1 ? views.shift() : views[0]),
      close: async () => reply,
      protect: async () => reply,
    }),
}));

let printed: string;

beforeEach(() => {
  printed = '';
  reply = ACCEPTED;
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation((text) => (printed += String(text)) !== '');
  }
});

afterEach(() => jest.restoreAllMocks());

const run = (...words: readonly string[]): Promise<ExitCode> => runCommandLine(['position', ...words, '--reason', 'x']);

test('a stop cannot be removed, and the words say so', async () => {
  expect(await run('protect', 'BTCUSDT', '--stop', 'none')).toBe(ExitCode.USAGE);
  expect(printed).toContain('A stop cannot be removed');
});

test('whoever waits is shown the position once the exchange has what was asked for', async () => {
  views = [aPositionView(), aPositionView(), aPositionView({ row: aRow({ stopLoss: '60500' }) })];
  expect(await run('protect', 'BTCUSDT', '--stop', '60500', '--wait')).toBe(ExitCode.SUCCESS);
  expect(printed).toMatch(/stop +60500/);
});

test('a position that ends while its stop is waited for is no success', async () => {
  views = [aPositionView(), aPositionView({ state: 'BOOKED', row: undefined, trade: aTrade() })];
  expect(await run('protect', 'BTCUSDT', '--stop', '60500', '--wait')).toBe(ExitCode.FAILURE);
});

test('a refusal is printed once, for programs as well, and nobody waits', async () => {
  views = [aPositionView()];
  reply = { accepted: false, message: 'The position is closed already.' };
  for (const words of [
    ['protect', 'BTCUSDT', '--stop', '1'],
    ['close', 'BTCUSDT'],
  ]) {
    printed = '';
    expect(await run(...words, '--wait', '--json')).toBe(ExitCode.REFUSED);
    expect(JSON.parse(printed)).toMatchObject({ status: 'refused', message: 'The position is closed already.' });
  }
});

test.each(['close', 'protect'])('%s of one that was closed just now says when, and why', async (command) => {
  views = [aPositionView({ state: 'BOOKED', row: undefined, trade: aTrade({ reason: 'OPERATOR' }) })];
  reply = undefined;
  const stop = command === 'protect' ? ['--stop', '60500'] : [];
  expect(await run(command, 'BTCUSDT', ...stop)).toBe(ExitCode.NOT_FOUND);
  expect(printed).toContain('the last one was closed 2026-01-05 12:10:00Z (OPERATOR).');
});
