import type { Command } from 'commander';
import { ExitCode } from '../process/exit-codes';
import type { Config } from '../config/schema';
import type { PredictionsReport } from '../observability/predictions-report';
import { loadCommandConfig } from './command-config';
import { addCheckCommand } from './ml-check';
import { addMlOperationCommands } from './ml-operate';
import { addRetrainCommand } from './ml-retrain';
import { presentRetrainer, retrainerLines } from './render-retrainer';
import { parseSymbol, SYMBOL_ARGUMENT } from './position-access';
import { presentJudgement, renderJudgement } from './render-judgement';
import { presentPredictions, renderPredictions } from './render-predictions';
import { withClient } from './temporal-access';
import { printErrorLine, printJson, printLine, styleFor } from './terminal';

const NONE_RUNS =
  'No predictions are made: none has started, or somebody ended them. "oncefill start" starts them, unless ml.enabled is false.';

/** What there is to say before anything else where predictions are switched off here. */
export const SWITCHED_OFF = 'ml.enabled is false: no predictions are made.';

/**
 * What the loop of predictions says. Where they are switched off, a loop that an earlier run left may have nobody to answer for it,
 * and that is nobody's fault: it counts as none.
 *
 * @throws what `read` throws, where predictions are meant to be made
 */
export async function readWhereMeant(
  { ml }: Pick<Config, 'ml'>,
  read: () => Promise<PredictionsReport | undefined>,
): Promise<PredictionsReport | undefined> {
  if (ml.enabled) return read();
  printErrorLine(SWITCHED_OFF);
  return read().catch(() => undefined);
}

/** `oncefill ml status`, what the model does, `ml why SYMBOL`, why there was no signal, what people do to it, and `ml check`. */
export function addMlCommands(program: Command, finish: (exitCode: ExitCode) => void): void {
  const ml = program
    .command('ml')
    .description('look at the predictions of the model, pause them, change how they become signals');
  addStatusCommand(ml, finish);
  addWhyCommand(ml, finish);
  addCheckCommand(ml, finish);
  addMlOperationCommands(ml, finish);
  addRetrainCommand(ml, finish);
}

function addStatusCommand(ml: Command, finish: (exitCode: ExitCode) => void): void {
  ml.command('status')
    .description('print what became of the predictions, and which views are open (1: none are made)')
    .option('--json', 'print JSON')
    .action(async (options: { readonly json?: boolean }, command: Command) => {
      const config = await loadCommandConfig(command);
      const [{ readPredictions }, { readRetrainer }] = await Promise.all([
        import('../observability/predictions-report'),
        import('../intake/retraining-control'),
      ]);
      let retrainer: Awaited<ReturnType<typeof readRetrainer>> | undefined;
      const report = await readWhereMeant(config, () =>
        withClient(config, 'look', async ({ client }) => {
          const [predictions, found] = await Promise.all([
            readPredictions(client),
            readRetrainer(client).catch(() => undefined),
          ]);
          retrainer = found;
          return predictions;
        }),
      );
      if (report === undefined) {
        if (options.json) printJson({ running: false });
        else if (config.ml.enabled) printErrorLine(NONE_RUNS);
        finish(ExitCode.FAILURE);
        return;
      }
      if (options.json) printJson({ ...presentPredictions(report), ...presentRetrainer(retrainer) });
      else printLine([renderPredictions(report, styleFor(process.stdout)), ...retrainerLines(retrainer)].join('\n'));
      finish(ExitCode.SUCCESS);
    });
}

/** `oncefill ml why SYMBOL` */
function addWhyCommand(ml: Command, finish: (exitCode: ExitCode) => void): void {
  ml.command('why')
    .description("hold a symbol's last prediction against its gates (1: none are made, or none was judged)")
    .argument('<symbol>', SYMBOL_ARGUMENT, parseSymbol)
    .option('--json', 'print JSON')
    .action(async (symbol: string, options: { readonly json?: boolean }, command: Command) => {
      const config = await loadCommandConfig(command);
      const { readPredictions } = await import('../observability/predictions-report');
      const report = await readWhereMeant(config, () =>
        withClient(config, 'look', ({ client }) => readPredictions(client)),
      );
      if (report === undefined) {
        if (options.json) printJson({ symbol, running: false });
        else if (config.ml.enabled) printErrorLine(NONE_RUNS);
        finish(ExitCode.FAILURE);
        return;
      }
      const { judgements = {} } = report.state;
      const judgement = Object.hasOwn(judgements, symbol) ? judgements[symbol] : undefined;
      if (options.json) printJson(presentJudgement(report, symbol, judgement));
      else printLine(renderJudgement(report, symbol, judgement, styleFor(process.stdout)));
      finish(judgement === undefined ? ExitCode.FAILURE : ExitCode.SUCCESS);
    });
}
