import { auditAround } from '../../../src/cli/command-audit';
import { loadCommandConfig } from '../../../src/cli/command-config';
import { runCommandLine } from '../../../src/cli/program';
import { loadConfig } from '../../../src/config/load-config';
import { ExitCode, EXIT_CODES_HELP } from '../../../src/process/exit-codes';

jest.mock('../../../src/cli/command-audit');
jest.mock('../../../src/cli/command-config', () => ({
  ...jest.requireActual<object>('../../../src/cli/command-config'),
  loadCommandConfig: jest.fn(),
}));

test.each([
  [{ status: 'retired' }, ExitCode.SUCCESS],
  [{ status: 'unknown' }, ExitCode.NOT_FOUND],
  [{ status: 'sealing' }, ExitCode.REFUSED],
])('retiring a key that is %j ends with the code %d', async (result, exitCode) => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  jest.mocked(loadCommandConfig).mockResolvedValue(loadConfig({ env: {}, cwd: process.cwd() }));
  jest.mocked(auditAround).mockResolvedValue(result);
  expect(await runCommandLine(['history-key', 'retire', 'old', '--reason', 'rotated'])).toBe(exitCode);
  jest.restoreAllMocks();
});

test('the help says which code status has without a server', () => {
  expect(EXIT_CODES_HELP).toMatch(/4 +the Temporal server does not answer; for status also: a part is down/);
});
