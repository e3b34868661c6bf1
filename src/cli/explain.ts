import type { Command } from 'commander';
import { presentDoorNote, presentExplanation } from '../api/present-explanation';
import type { Config } from '../config/schema';
import type { Explanation } from '../domain/explain/types';
import type { SignalExplainer, SignalExplainerOptions } from '../intake/signal-explainer';
import { ExitCode } from '../process/exit-codes';
import { CliError } from './cli-error';
import { loadCommandConfig } from './command-config';
import { FINGERPRINT_ARGUMENT, parseFingerprint, unknownSignal } from './fingerprint-argument';
import { wholeNumber } from './number-option';
import { doorWords, renderExplanation } from './render-explanation';
import { withClient } from './temporal-access';
import { printJson, printLine, styleFor } from './terminal';
import { someText } from './text-option';

/** More than the server lets a history grow to. */
const HISTORY_BYTES_MAX = 128 * 1_048_576;
const MINUTE_MS = 60_000;
const MINUTES_DEFAULT = 60;
const MINUTES_MAX = 20_160;

interface ExplainOptions {
  readonly json?: boolean;
  readonly history?: string;
  readonly order?: string;
  readonly symbol?: string;
  readonly strategy?: string;
  readonly minutes: number;
}

/** What explains signals, over a connection of its own. @throws what `withClient` throws */
export async function withExplainer<Result>(
  config: Config,
  use: (explainer: SignalExplainer) => Promise<Result>,
): Promise<Result> {
  const [{ SignalExplainer }, { PositionWorkflows }, { positionNoteOf }, { tradingVenueOf }] = await Promise.all([
    import('../intake/signal-explainer'),
    import('../positions/position-workflows'),
    import('../positions/position-note'),
    import('../config/trading-environment'),
  ]);
  return withClient(config, 'look', ({ client }) => {
    const positions = new PositionWorkflows(client, tradingVenueOf(config));
    const positionOf: SignalExplainerOptions['positionOf'] = (view, timeoutMs) =>
      positionNoteOf(positions, view, timeoutMs);
    return use(new SignalExplainer({ client, dataDir: config.dataDir, positionOf }));
  });
}

/** Some shells write what a command prints as UTF-16, and most editors can put a mark before UTF-8. */
function textOf(bytes: Buffer): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}

/** @throws CliError USAGE */
async function explainFile(path: string): Promise<Explanation> {
  const [{ readBoundedFile, FileUnusableError }, { explainHistory }] = await Promise.all([
    import('../process/bounded-file'),
    import('../intake/signal-explainer'),
  ]);
  const what = 'The history';
  try {
    return await explainHistory(JSON.parse(textOf(readBoundedFile(path, { bytesMax: HISTORY_BYTES_MAX, what }))));
  } catch (error) {
    if (error instanceof FileUnusableError) throw new CliError(error.message, ExitCode.USAGE);
    const { name, message } = error as Error;
    if (name === 'SyntaxError') throw new CliError(`${what} ${path} is no JSON: ${message}.`, ExitCode.USAGE);
    if (name === 'HistoryFormatError')
      throw new CliError(`${what} ${path} cannot be explained. ${message}`, ExitCode.USAGE);
    throw error;
  }
}

async function explainOrder(config: Config, orderId: string): Promise<Explanation> {
  return withExplainer(config, async (explainer) => {
    const fingerprint = await explainer.findByOrder(orderId);
    if (fingerprint === undefined) {
      throw new CliError(
        `No signal of the order ${orderId} is remembered. "oncefill signal list" tells which are.`,
        ExitCode.NOT_FOUND,
      );
    }
    return explainKnown(config, explainer, fingerprint);
  });
}

async function explainKnown(config: Config, explainer: SignalExplainer, fingerprint: string): Promise<Explanation> {
  const explanation = await explainer.explain(fingerprint).catch((error: Error) => {
    if (error.name !== 'HistoryFormatError') throw error;
    throw new CliError(`The signal ${fingerprint} cannot be explained. ${error.message}`, ExitCode.FAILURE);
  });
  if (!explanation) throw unknownSignal(fingerprint, config);
  return explanation;
}

/** What was refused or repeated at the door; needs no server. */
async function tellDoor(config: Config, { symbol, strategy, minutes, json }: ExplainOptions): Promise<ExitCode> {
  const { readDoorNotes } = await import('../intake/door-trace');
  const sinceMs = Date.now() - minutes * MINUTE_MS;
  const notes = readDoorNotes(config.dataDir, { ...(symbol && { symbol }), ...(strategy && { strategy }), sinceMs });
  const { remedyOf } = await import('../domain/explain/remedies');
  if (json) printJson({ door: notes.map(presentDoorNote) });
  else if (notes.length === 0)
    printLine(
      `Nothing was refused or repeated at the door in the last ${minutes} minutes, as far as ${config.dataDir} tells.`,
    );
  else {
    const { printable } = await import('../process/printable');
    for (const note of notes) {
      printLine(printable(doorWords(note)));
      const remedy = remedyOf(note.code);
      if (remedy !== undefined) printLine(`  → ${remedy}`);
    }
  }
  return notes.length === 0 ? ExitCode.NOT_FOUND : ExitCode.SUCCESS;
}

function asksOneThing({ history, order, symbol, strategy }: ExplainOptions, fingerprint: string | undefined): boolean {
  const isOfDoor = symbol !== undefined || strategy !== undefined;
  return [fingerprint !== undefined, history !== undefined, order !== undefined, isOfDoor].filter(Boolean).length === 1;
}

/** `oncefill explain`: why a signal became an order, or none. */
export function addExplainCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('explain')
    .description('tell why a signal became an order, or why it did not, gate by gate (docs/explain.md)')
    .argument('[fingerprint]', FINGERPRINT_ARGUMENT, parseFingerprint)
    .option(
      '--history <file>',
      'of a history that was kept ("signal export", or "temporal workflow show --output json"); no server is asked',
      someText,
    )
    .option('--order <id>', "of the signal of this order: our client order id, or the exchange's", someText)
    .option('--symbol <symbol>', 'what was refused or repeated at the door of this symbol', someText)
    .option('--strategy <name>', 'what was refused or repeated at the door of this strategy', someText)
    .option(
      '--minutes <count>',
      'with --symbol and --strategy: how far back',
      wholeNumber(1, MINUTES_MAX),
      MINUTES_DEFAULT,
    )
    .option('--json', 'print JSON')
    .action(async (fingerprint: string | undefined, options: ExplainOptions, command: Command) => {
      if (!asksOneThing(options, fingerprint)) {
        throw new CliError(
          'Name one thing to explain: a fingerprint, --order ID, --history FILE, or --symbol and --strategy.',
          ExitCode.USAGE,
        );
      }
      const config = await loadCommandConfig(command);
      if (options.symbol !== undefined || options.strategy !== undefined) {
        finish(await tellDoor(config, options));
        return;
      }
      const explanation = await explanationOf(config, fingerprint, options);
      if (options.json) printJson(presentExplanation(explanation));
      else printLine(renderExplanation(explanation, styleFor(process.stdout)));
      finish(ExitCode.SUCCESS);
    });
}

async function explanationOf(
  config: Config,
  fingerprint: string | undefined,
  { history, order }: ExplainOptions,
): Promise<Explanation> {
  if (history !== undefined) return explainFile(history);
  if (order !== undefined) return explainOrder(config, order);
  if (fingerprint === undefined) throw new CliError('Name a fingerprint.', ExitCode.USAGE);
  return withExplainer(config, (explainer) => explainKnown(config, explainer, fingerprint));
}
