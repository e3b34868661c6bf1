import { types } from 'node:util';
import { withoutGrpcWords } from '../net/grpc-words';
import { ExitCode } from '../process/exit-codes';
import { describeSystemError } from './system-error';

/** An error whose message is meant for the user: printed as one sentence, without a stack. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
  }
}

/** What to print and with which code to leave after an error. */
export interface ErrorReport {
  readonly message: string;
  readonly exitCode: ExitCode;
}

/**
 * Recognised by name, because importing the classes would load the Temporal client for `--help` too. Each of these errors
 * carries a message for users.
 */
const EXIT_CODE_BY_ERROR_NAME: Readonly<Record<string, ExitCode>> = {
  ConfigError: ExitCode.USAGE,
  EnvironmentMismatchError: ExitCode.USAGE,
  DataFolderEnvironmentError: ExitCode.USAGE,
  // Another start would meet the same: a person has to look.
  FormerAccountError: ExitCode.USAGE,
  CredentialsError: ExitCode.USAGE,
  FaultPlanError: ExitCode.USAGE,
  VenueSetupError: ExitCode.USAGE,
  // Another start would meet the same: a person has to mend the account, or the configuration.
  VenuePreflightError: ExitCode.USAGE,
  ProxyError: ExitCode.USAGE,
  UnknownTaskQueueError: ExitCode.USAGE,
  ModelError: ExitCode.USAGE,
  PaperVenueConfigError: ExitCode.USAGE,
  CandleFileError: ExitCode.USAGE,
  JournalError: ExitCode.FAILURE,
  MarketAnchorError: ExitCode.FAILURE,
  PortInUseError: ExitCode.FAILURE,
  ListenHostError: ExitCode.USAGE,
  NamespaceError: ExitCode.FAILURE,
  HistoryKeyError: ExitCode.USAGE,
  DataFolderInUseError: ExitCode.REFUSED,
  DataFolderError: ExitCode.USAGE,
  KeptFileError: ExitCode.USAGE,
  TokenFileError: ExitCode.FAILURE,
  AuditError: ExitCode.FAILURE,
  ServerJoinError: ExitCode.REFUSED,
  OtherStoreError: ExitCode.OTHER_STORE,
  IntakeUnavailableError: ExitCode.UNAVAILABLE,
  ServerUnavailableError: ExitCode.UNAVAILABLE,
};

const NO_WORKING_FOLDER =
  'The folder that this command runs in does not exist any more, or may not be read: change into another one (cd), and repeat the command.';

/** Turns whatever a command threw into one sentence and an exit code. Only unexpected errors show their stack. */
export function reportError(error: unknown): ErrorReport {
  const { message, exitCode } = reportOf(error);
  return { message: withoutGrpcWords(message), exitCode };
}

function reportOf(error: unknown): ErrorReport {
  if (error instanceof CliError) return { message: error.message, exitCode: error.exitCode };
  if (!types.isNativeError(error)) return { message: String(error), exitCode: ExitCode.FAILURE };
  const { syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'uv_cwd') return { message: NO_WORKING_FOLDER, exitCode: ExitCode.USAGE };
  const exitCode = EXIT_CODE_BY_ERROR_NAME[error.name];
  if (exitCode !== undefined) return { message: error.message, exitCode };
  return { message: describeSystemError(error) ?? error.stack ?? error.message, exitCode: ExitCode.FAILURE };
}

/** Whether what `reportError` makes of it was written for the user, and says what to do. */
export function isForUsers(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  const isKnown = error instanceof CliError || Object.hasOwn(EXIT_CODE_BY_ERROR_NAME, error.name);
  return isKnown || describeSystemError(error) !== undefined;
}
