import { runCommandLine } from '../../../src/cli/program';
import { NO_POSITIONS } from '../api/fake-positions';
import { aTrade } from '../positions/samples';

jest.mock('../../../src/cli/command-config', () => ({
  ...jest.requireActual<object>('../../../src/cli/command-config'),

  loadCommandConfig: async () => ({ venue: 'bybit', venues: {} }),
}));
jest.mock('../../../src/cli/position-access', () => ({
  ...jest.requireActual<object>('../../../src/cli/position-access'),
  withPositions: async (_config: unknown, _purpose: unknown, use: (positions: unknown) => unknown) =>
    use({ ...NO_POSITIONS.positions, trades: async () => ({ trades: [aTrade()], untold: [], isCut: false }) }),
}));

test('what leaves as comma-separated values is lines of plain text, with no other control character', async () => {
  const written: string[] = [];
  const stdout = jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  try {
    await runCommandLine(['trades', '--csv']);
  } finally {
    stdout.mockRestore();
  }
  const text = written.join('');
  expect(text).toMatch(/^closed_at,[^\n]*,opened_by\n2026-[ -~]*,0123456789abcdef\n$/);
});
