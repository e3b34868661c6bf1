import { Option, type Command } from 'commander';
import {
  addToken,
  makeToken,
  revokeToken,
  TOKEN_DAYS_MAX,
  TOKEN_SCOPES,
  TokenError,
  tokenState,
  type TokenRecord,
  type TokenScope,
} from '../access/tokens';
import { ExitCode } from '../process/exit-codes';
import { checkDataFolder } from '../temporal/folder-environment';
import { CliError } from './cli-error';
import { auditAround } from './command-audit';
import { loadCommandConfig } from './command-config';
import { wholeNumber } from './number-option';
import { renderTable } from './table';
import { printErrorLine, printJson, printLine } from './terminal';
import { printable } from '../process/printable';

const DAY_MS = 86_400_000;

interface CreateOptions {
  readonly name: string;
  readonly scope: TokenScope;
  readonly expiresDays?: number;
  readonly json?: boolean;
}

function isoTime(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs).toISOString();
}

/** A token as `--json` shows it. */
function presentToken(token: TokenRecord, nowMs: number) {
  return {
    id: token.id,
    name: token.name,
    scope: token.scope,
    state: tokenState(token, nowMs),
    created_at: isoTime(token.createdAtMs),
    expires_at: isoTime(token.expiresAtMs),
    revoked_at: isoTime(token.revokedAtMs),
    revoked_reason: token.revokedReason,
  };
}

/** A line per token. */
export function renderTokens(tokens: readonly TokenRecord[], nowMs: number): string {
  if (tokens.length === 0) return 'There are no tokens: "oncefill token create --name NAME --scope trade" makes one.';
  const rows = tokens.map((token) => {
    const { id, name, scope, state, created_at: created = '', expires_at: expires } = presentToken(token, nowMs);
    return [
      id,
      name,
      scope,
      state,
      created.slice(0, 10),
      expires?.slice(0, 10) ?? 'never',
      printable(token.revokedReason ?? ''),
    ];
  });
  return renderTable([['ID', 'NAME', 'SCOPE', 'STATE', 'CREATED', 'EXPIRES', ''], ...rows]).join('\n');
}

/** A wish that makes no sense is the user's to correct. */
function asCliError(error: unknown): unknown {
  if (!(error instanceof TokenError)) return error;
  return new CliError(error.message, error.code === 'UNKNOWN' ? ExitCode.NOT_FOUND : ExitCode.USAGE);
}

/** What the first token of a data folder changes for everybody else, whatever it allows itself. */
export function firstTokenWords(scope: TokenScope): string {
  const sender =
    scope === 'trade' ? '' : ' This one may only read: whoever sends signals needs one of the scope trade.';
  return `This is the first token: from now on the HTTP API refuses (401) who sends signals or reads without one, the senders that you have included.${sender}`;
}

async function createToken(options: CreateOptions, command: Command): Promise<ExitCode> {
  const { changeTokens } = await import('../access/token-file');
  const config = await loadCommandConfig(command);
  // A token of one environment must not let into another one.
  checkDataFolder(config);
  const nowMs = Date.now();
  const { name, scope, expiresDays, json } = options;
  const expiresAtMs = expiresDays === undefined ? undefined : nowMs + expiresDays * DAY_MS;
  const { token, record } = makeToken({ name, scope, nowMs, expiresAtMs });
  const act = { what: 'token.create', target: record.id, why: `${name}, ${scope}` } as const;
  let isFirst = false;
  await auditAround(config, act, async () => {
    await changeTokens(config.dataDir, (tokens) => {
      isFirst = tokens.length === 0;
      return addToken(tokens, record, nowMs);
    });
    return { value: undefined, result: 'done' };
  });
  // As the API has it: from the first token on it lets nobody in without one.
  if (isFirst) printErrorLine(firstTokenWords(scope));
  if (json) {
    printJson({ ...presentToken(record, nowMs), token });
    return ExitCode.SUCCESS;
  }
  printErrorLine(`Token ${record.id} (${name}, ${scope}), shown this once; send it as "Authorization: Bearer TOKEN":`);
  // Alone on stdout, for whoever keeps it in a variable.
  printLine(token);
  return ExitCode.SUCCESS;
}

async function listTokens(json: boolean, command: Command): Promise<ExitCode> {
  const { readTokens } = await import('../access/token-file');
  const config = await loadCommandConfig(command);
  const { tokens } = readTokens(config.dataDir);
  const nowMs = Date.now();
  if (json) printJson({ tokens: tokens.map((token) => presentToken(token, nowMs)) });
  else printLine(renderTokens(tokens, nowMs));
  return ExitCode.SUCCESS;
}

async function revoke(id: string, reason: string, command: Command): Promise<ExitCode> {
  const { changeTokens } = await import('../access/token-file');
  const config = await loadCommandConfig(command);
  // A token of one environment must not let into another one.
  checkDataFolder(config);
  await auditAround(config, { what: 'token.revoke', target: id, why: reason }, async () => {
    await changeTokens(config.dataDir, (tokens) => revokeToken(tokens, { id, reason, nowMs: Date.now() }));
    return { value: undefined, result: 'done' };
  });
  printLine(`Token ${id} is revoked: the API refuses it from the next request on.`);
  return ExitCode.SUCCESS;
}

/** `oncefill token create`, `list` and `revoke`. */
export function addTokenCommands(program: Command, finish: (exitCode: ExitCode) => void): void {
  const end = async (work: Promise<ExitCode>): Promise<void> =>
    finish(
      await work.catch((error: unknown) => {
        throw asCliError(error);
      }),
    );
  const token = program.command('token').description('make, list and revoke the tokens that the HTTP API asks for');
  token
    .command('create')
    .description('make a token for the HTTP API; it is shown once, and only its hash is kept')
    .requiredOption('--name <name>', 'whose it is: letters, digits, dots, hyphens, underscores')
    .addOption(
      new Option('--scope <scope>', 'read: look at signals and health; trade: also send and settle signals')
        .choices(TOKEN_SCOPES)
        .makeOptionMandatory(),
    )
    .option('--expires-days <n>', 'how long it is good; absent: until it is revoked', wholeNumber(1, TOKEN_DAYS_MAX))
    .option('--json', 'print JSON')
    .action((options: CreateOptions, command: Command) => end(createToken(options, command)));
  token
    .command('list')
    .description('list the tokens, without what they are')
    .option('--json', 'print JSON')
    .action((options: { readonly json?: boolean }, command: Command) =>
      end(listTokens(options.json ?? false, command)),
    );
  token
    .command('revoke')
    .description('refuse a token from now on')
    .argument('<id>', 'as printed by "token list"')
    .requiredOption('--reason <text>', 'why; kept with the token')
    .action((id: string, options: { readonly reason: string }, command: Command) =>
      end(revoke(id, options.reason, command)),
    );
}
