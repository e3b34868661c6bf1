import { randomUUID } from 'node:crypto';
import { type Command, InvalidArgumentError } from 'commander';
import { presentPosition, presentReply } from '../api/present-position';
import type { Config } from '../config/schema';
import type { PositionReply, PositionView } from '../messages/position';
import type { PositionWorkflows } from '../positions/position-workflows';
import { ENDING_MAX_MS } from '../positions/flatten';
import type { Parsed, ProtectWish } from '../positions/parse-commands';
import { ExitCode } from '../process/exit-codes';
import { pollUntil } from '../process/poll';
import { printable } from '../process/printable';
import { CliError } from './cli-error';
import { auditAttempt } from './command-audit';
import { LIVE_FLAG, loadCommandConfig, refuseNeedlessLive } from './command-config';
import { parseSymbol, settleAssetOf, SYMBOL_ARGUMENT, unknownPosition, withPositions } from './position-access';
import { renderPosition } from './render-position';
import { printErrorLine, printJson, printLine, styleFor } from './terminal';

interface TellOptions {
  readonly reason: string;
  readonly live?: boolean;
  readonly json?: boolean;
}

interface CloseOptions extends TellOptions {
  readonly wait?: boolean;
}

interface ProtectOptions extends TellOptions {
  readonly wait?: boolean;
  readonly stop?: string;
  readonly target?: string;
  readonly trail?: string;
  readonly force?: boolean;
}

const NONE = 'none';
/** How long a person waits to see a stop moved; what is not in force by then is said. */
const PROTECTION_MAX_MS = 30_000;
const PROTECTION_INTERVAL_MS = 500;

function textOrNone(text: string | undefined): string | null | undefined {
  return text === NONE ? null : text;
}

function price(text: string): string {
  if (/^\d{1,20}(\.\d{1,18})?$/.test(text)) return text;
  throw new InvalidArgumentError('It must be a positive decimal number, such as 61200.5.');
}

function stopPrice(text: string): string {
  if (text === NONE)
    throw new InvalidArgumentError('A stop cannot be removed; "oncefill position close" closes the position.');
  return price(text);
}

function priceOrNone(text: string): string {
  return text === NONE ? text : price(text);
}

/** @throws CliError with the sentence of what is wrong */
function readWish<Value>(parsed: Parsed<Value>): Value {
  if (!parsed.ok) throw new CliError(parsed.message, ExitCode.USAGE);
  return parsed.value;
}

interface Telling<Result> {
  readonly what: 'position.close' | 'position.protect';
  readonly symbol: string;
  readonly words: string;
  readonly tell: (positions: PositionWorkflows) => Promise<PositionReply | undefined>;
  /** What is done while the connection is open. */
  readonly onReply: (reply: PositionReply, positions: PositionWorkflows) => Promise<Result>;
}

/** What makes a position smaller or safer is never held up by the audit: the line follows the act. */
async function tellAudited<Result>(
  config: Config,
  { what, symbol, words, tell, onReply }: Telling<Result>,
): Promise<Result> {
  const act = { what, target: symbol, why: words } as const;
  let isAnswered = false;
  try {
    return await withPositions(config, 'halt', async (positions) => {
      const reply = await tell(positions);
      isAnswered = true;
      auditAttempt(config, {
        ...act,
        result: reply?.accepted ? 'done' : 'refused',
        detail: reply?.message ?? 'not known',
      });
      if (!reply) throw await unknownPosition(symbol, await positions.show(symbol).catch(() => undefined));
      return onReply(reply, positions);
    });
  } catch (error) {
    if (!isAnswered) auditAttempt(config, { ...act, result: 'failed' });
    throw error;
  }
}

function report(symbol: string, reply: PositionReply, json: boolean): void {
  if (json) printJson(presentReply(symbol, reply));
  else printLine(`${reply.accepted ? 'Accepted' : 'Refused'}: ${printable(reply.message)}`);
}

function exitCodeOf(reply: PositionReply): ExitCode {
  return reply.accepted ? ExitCode.SUCCESS : ExitCode.REFUSED;
}

/** `oncefill position close SYMBOL` */
export function addPositionCloseCommand(position: Command, finish: (exitCode: ExitCode) => void): void {
  position
    .command('close')
    .description('close a position at the market, all of it; its stop stays until it is closed')
    .argument('<symbol>', SYMBOL_ARGUMENT, parseSymbol)
    .requiredOption('--reason <text>', 'why; kept with the position')
    .option('--wait', 'follow the position to its end')
    .option(...LIVE_FLAG)
    .option('--json', 'print JSON')
    .action(async (symbol: string, options: CloseOptions, command: Command) => {
      const config = await loadCommandConfig(command);
      refuseNeedlessLive(config, options.live ?? false);
      const { parseCloseWish } = await import('../positions/parse-commands');
      const words = readWish(parseCloseWish({ reason: options.reason }, '--reason'));
      const close = { requestId: `close:${randomUUID()}`, words, reason: 'OPERATOR' } as const;
      const { json = false, wait = false } = options;
      await tellAudited(config, {
        what: 'position.close',
        symbol,
        words,
        tell: (positions) => positions.close(symbol, close),
        onReply: async (reply, positions) => {
          if (!json || !wait || !reply.accepted) report(symbol, reply, json);
          if (wait && reply.accepted)
            return finish(await waitForEnd(positions, symbol, { settleAsset: settleAssetOf(config), json }));
          finish(exitCodeOf(reply));
        },
      });
    });
}

async function waitForEnd(
  positions: PositionWorkflows,
  symbol: string,
  { settleAsset, json }: { readonly settleAsset: string; readonly json: boolean },
): Promise<ExitCode> {
  const { endOf } = await import('../positions/flatten');
  const view = await endOf(positions, symbol, performance.now() + ENDING_MAX_MS);
  if (!view) {
    const { stateReason = `"oncefill position show ${symbol}" tells more.` } =
      (await positions.show(symbol).catch(() => undefined)) ?? {};
    printErrorLine(printable(`${symbol} is not closed yet after ${ENDING_MAX_MS / 1_000} s. ${stateReason}`));
    return ExitCode.FAILURE;
  }
  if (json) printJson(presentPosition(view));
  else printLine(renderPosition(view, settleAsset, styleFor(process.stdout)));
  return ExitCode.SUCCESS;
}

interface ProtectionWait {
  readonly wish: ProtectWish;
  /** What the exchange showed before. */
  readonly before: PositionView | undefined;
  readonly settleAsset: string;
  readonly json: boolean;
}

async function waitForProtection(
  positions: PositionWorkflows,
  symbol: string,
  { wish, before, settleAsset, json }: ProtectionWait,
): Promise<ExitCode> {
  const [{ isInForce }, { isClosed }] = await Promise.all([
    import('../positions/in-force'),
    import('../positions/flatten'),
  ]);
  const view = await pollUntil(
    async () => {
      const now = await positions.show(symbol).catch(() => undefined);
      return now !== undefined && (isClosed(now) || isInForce(wish, before, now)) && now;
    },
    { intervalMs: PROTECTION_INTERVAL_MS, timeoutMs: PROTECTION_MAX_MS },
  );
  if (!view) {
    const look = `"oncefill position show ${symbol}" tells what is in force`;
    printErrorLine(`${symbol}: the exchange does not show it yet after ${PROTECTION_MAX_MS / 1_000} s; ${look}.`);
    return ExitCode.FAILURE;
  }
  if (json) printJson(presentPosition(view));
  else printLine(renderPosition(view, settleAsset, styleFor(process.stdout)));
  return isClosed(view) ? ExitCode.FAILURE : ExitCode.SUCCESS;
}

/** `oncefill position protect SYMBOL` */
export function addPositionProtectCommand(position: Command, finish: (exitCode: ExitCode) => void): void {
  position
    .command('protect')
    .description('set the stop, the target or the trailing distance of a position')
    .argument('<symbol>', SYMBOL_ARGUMENT, parseSymbol)
    .requiredOption('--reason <text>', 'why; kept with the position')
    .option('--stop <price>', 'where the stop is to be; it can be moved, not removed', stopPrice)
    .option('--target <price>', `where the target is to be; "${NONE}" removes it`, priceOrNone)
    .option('--trail <distance>', `at which distance the stop follows the price; "${NONE}" ends that`, priceOrNone)
    .option('--force', 'move the stop also away from the price')
    .option('--wait', 'wait until the exchange shows it')
    .option(...LIVE_FLAG)
    .option('--json', 'print JSON')
    .action(async (symbol: string, options: ProtectOptions, command: Command) => {
      const config = await loadCommandConfig(command);
      refuseNeedlessLive(config, options.live ?? false);
      const { parseProtectWish } = await import('../positions/parse-commands');
      const { reason, stop, target, trail, force, wait = false, json = false } = options;
      if (stop === undefined && target === undefined && trail === undefined) {
        throw new CliError('Nothing is to be set: give --stop, --target or --trail.', ExitCode.USAGE);
      }
      const wish = readWish(
        parseProtectWish({
          reason,
          ...(stop !== undefined && { stop_loss: stop }),
          ...(target !== undefined && { take_profit: textOrNone(target) }),
          ...(trail !== undefined && { trailing_distance: textOrNone(trail) }),
          ...(force && { force }),
        }),
      );
      let before: PositionView | undefined;
      const protect = { requestId: `protect:${randomUUID()}`, ...wish };
      await tellAudited(config, {
        what: 'position.protect',
        symbol,
        words: wish.words,
        tell: async (positions) => {
          if (wait) before = await positions.show(symbol);
          return positions.protect(symbol, protect);
        },
        onReply: async (reply, positions) => {
          if (!json || !wait || !reply.accepted) report(symbol, reply, json);
          if (!wait || !reply.accepted) return finish(exitCodeOf(reply));
          finish(
            await waitForProtection(positions, symbol, { wish, before, settleAsset: settleAssetOf(config), json }),
          );
        },
      });
    });
}
