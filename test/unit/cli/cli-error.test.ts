import { CliError, reportError } from '../../../src/cli/cli-error';
import { EXIT_CODES_HELP, ExitCode } from '../../../src/process/exit-codes';
import { ConfigError } from '../../../src/config/config-error';
import { IntakeUnavailableError } from '../../../src/intake/types';
import { ProxyError } from '../../../src/net/outward-proxy';
import { PortInUseError } from '../../../src/net/ports';
import { DataFolderEnvironmentError } from '../../../src/temporal/folder-environment';
import { HistoryKeyError } from '../../../src/temporal/codec/history-key-error';
import { OtherStoreError, ServerJoinError, ServerUnavailableError } from '../../../src/temporal/errors';
import { CredentialsError } from '../../../src/venues/ccxt/credentials';
import { ModelError } from '../../../src/inference/errors';
import { JournalError } from '../../../src/paper-venue/book/journal';
import { CandleFileError } from '../../../src/paper-venue/market/candle-file-error';
import { FaultPlanError } from '../../../src/paper-venue/faults/fault-specification';

describe('reportError', () => {
  // The table of names in cli-error.ts is only as good as the names of the classes.
  test.each<[Error, ExitCode]>([
    [new CliError('text', ExitCode.NOT_FOUND), ExitCode.NOT_FOUND],
    [new ConfigError([{ source: 'file', path: 'api.port', message: 'text' }]), ExitCode.USAGE],
    [new CredentialsError('text'), ExitCode.USAGE],
    [new FaultPlanError('text'), ExitCode.USAGE],
    [new ProxyError('text'), ExitCode.USAGE],
    [new HistoryKeyError('HISTORY_KEY_MISSING', 'text'), ExitCode.USAGE],
    [new CandleFileError('text'), ExitCode.USAGE],
    [new ModelError('MODEL_NOT_FOUND', 'text'), ExitCode.USAGE],
    [new JournalError('text'), ExitCode.FAILURE],
    [new PortInUseError(8080, 'API_PORT'), ExitCode.FAILURE],
    [new IntakeUnavailableError('text'), ExitCode.UNAVAILABLE],
    [new ServerUnavailableError('TEMPORAL_UNREACHABLE', 'text'), ExitCode.UNAVAILABLE],
    [new OtherStoreError('text'), ExitCode.OTHER_STORE],
    [new ServerJoinError('text'), ExitCode.REFUSED],
    [new DataFolderEnvironmentError('text'), ExitCode.USAGE],
  ])('%s is for the user: its message without a stack', (error, exitCode) => {
    expect(reportError(error)).toEqual({ message: error.message, exitCode });
  });

  test('an unexpected error shows where it came from', () => {
    const error = new TypeError('a fault');
    expect(reportError(error)).toEqual({ message: error.stack, exitCode: ExitCode.FAILURE });
  });
});

test('the help text documents every exit code', () => {
  for (const code of Object.values(ExitCode)) expect(EXIT_CODES_HELP).toMatch(new RegExp(`^ {2}${code} `, 'm'));
});

test('a command in a folder that was removed is told in one sentence', () => {
  const error = Object.assign(new Error('ENOENT: no such file or directory, uv_cwd'), {
    syscall: 'uv_cwd',
    code: 'ENOENT',
  });
  expect(reportError(error)).toEqual({ message: expect.stringMatching(/^The folder .+\.$/), exitCode: 2 });
});
