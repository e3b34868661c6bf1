import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { commandLineActor } from '../access/audit';
import type { RetrainerState, Retraining } from '../messages/ml-retrainer';
import { utcMinute } from '../observability/pause-words';
import { ExitCode } from '../process/exit-codes';
import { printable } from '../process/printable';
import { CliError } from './cli-error';
import { auditAround } from './command-audit';
import { checkLiveFlag, LIVE_FLAG, loadCommandConfig } from './command-config';
import { presentRetraining } from './render-retrainer';
import { withClient } from './temporal-access';
import { printErrorLine, printJson, printLine } from './terminal';

interface RetrainOptions {
  readonly wait: boolean;
  readonly live?: boolean;
  readonly json?: boolean;
}

const UNANSWERED =
  'Nobody says how far the training is; it may go on. Check that the ML manager runs, then repeat the command.';
/** How often it is looked how far it is. */
const LOOK_INTERVAL_MS = 2_000;
/** So many looks in a row may go unanswered: a server that is busy answers the next one. */
const UNANSWERED_MAX = 5;
/** The server lists a training a moment after it was asked for. */
const BEGUN_MAX_MS = 15_000;

/** `oncefill ml retrain` */
export function addRetrainCommand(ml: Command, finish: (exitCode: ExitCode) => void): void {
  ml.command('retrain')
    .description(
      'train a model now, or join the training under way; it predicts only if it is better on what neither model has seen',
    )
    .option('--no-wait', 'return once it has begun')
    .option(...LIVE_FLAG)
    .option('--json', 'print JSON')
    .action(async (options: RetrainOptions, command: Command) => finish(await retrain(command, options)));
}

async function retrain(command: Command, { wait, live = false, json }: RetrainOptions): Promise<ExitCode> {
  const config = await loadCommandConfig(command);
  checkLiveFlag(config, live);
  if (config.ml.retrain.dataDir === undefined) {
    const message =
      'There are no candles to train on: set ml.retrain.dataDir to a folder of candle files (training/README.md).';
    throw new CliError(message, ExitCode.USAGE);
  }
  const [{ beginRetraining, readRetrainer }, { retrainSettings }] = await Promise.all([
    import('../intake/retraining-control'),
    import('../../workers/entities'),
  ]);
  const { who } = commandLineActor();
  return withClient(config, 'act', async ({ client }) => {
    const former = await readRetrainer(client).catch(() => {
      throw new CliError(UNANSWERED, ExitCode.UNAVAILABLE);
    });
    const before = former?.results.at(-1)?.endedAtMs;
    await auditAround(config, { what: 'ml.retrain', target: config.ml.retrain.dataDir ?? '' }, async () => ({
      value: await beginRetraining(client, retrainSettings(config), who),
      result: 'done',
    }));
    if (!wait) {
      if (json) printJson({ status: 'begun' });
      else printLine('A model is being trained; "oncefill ml retrain" shows how far it is.');
      return ExitCode.SUCCESS;
    }
    const result = await follow(
      client,
      readRetrainer,
      before,
      json ? undefined : join(config.dataDir, 'retraining', 'training.log'),
    );
    if (json) printJson(presentRetraining(result));
    else printLine(printable(result.words));
    return result.outcome === 'failed' ? ExitCode.FAILURE : ExitCode.SUCCESS;
  });
}

/**
 * Waits for the end of the training, and prints its lines where its log is on this machine. Ctrl-C ends the waiting alone.
 *
 * @param before when the last one ended, milliseconds UTC
 */
async function follow(
  client: Client,
  read: (client: Client) => Promise<RetrainerState | undefined>,
  before: number | undefined,
  log: string | undefined,
): Promise<Retraining> {
  const beganAtMs = performance.now();
  let shown = 0;
  for (let unanswered = 0; unanswered < UNANSWERED_MAX;) {
    const answer = await read(client).then(
      (state) => ({ state }),
      () => undefined,
    );
    unanswered = answer === undefined ? unanswered + 1 : 0;
    if (answer === undefined) continue;
    const { state } = answer;
    const newest = state?.results.at(-1);
    if (newest && newest.endedAtMs !== before) return newest;
    const isUnderWay = state?.underWay !== undefined;
    if (!isUnderWay && performance.now() - beganAtMs > BEGUN_MAX_MS) {
      throw new CliError(
        'No training began: check that the ML manager runs, then repeat the command.',
        ExitCode.UNAVAILABLE,
      );
    }
    if (isUnderWay && log !== undefined) shown = await showNews(log, shown, state.underWay!.startedAtMs);
    await delay(LOOK_INTERVAL_MS);
  }
  throw new CliError(UNANSWERED, ExitCode.UNAVAILABLE);
}

/** @returns how many lines were shown */
async function showNews(log: string, shown: number, sinceMs: number): Promise<number> {
  const text = await readFile(log, 'utf8').catch(() => '');
  const lines = text.split('\n').slice(0, -1);
  if (shown === 0 && lines.length > 0)
    printErrorLine(`Training since ${utcMinute(sinceMs)}; Ctrl-C ends the waiting, not the training.`);
  for (const line of lines.slice(shown)) printErrorLine(printable(line));
  return Math.max(shown, lines.length);
}
