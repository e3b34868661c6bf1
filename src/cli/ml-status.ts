import type { Command } from 'commander';
import { ExitCode } from '../process/exit-codes';
import { loadCommandConfig } from './command-config';
import { presentPredictions, renderPredictions } from './render-predictions';
import { withClient } from './temporal-access';
import { printErrorLine, printJson, printLine, styleFor } from './terminal';

const NONE_RUNS =
  'No predictions are made: none has started, or somebody ended them. "oncefill start" starts them, unless ml.enabled is false.';

/** `oncefill ml status`: what the model does, and why its predictions are no signals. */
export function addMlCommands(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('ml')
    .description('look at the predictions of the model')
    .command('status')
    .description('print what became of the predictions, and which views are open (1: none are made)')
    .option('--json', 'print JSON')
    .action(async (options: { readonly json?: boolean }, command: Command) => {
      const config = await loadCommandConfig(command);
      const { readPredictions } = await import('../observability/predictions-report');
      const report = await withClient(config, 'look', ({ client }) => readPredictions(client));
      if (report === undefined) {
        if (options.json) printJson({ running: false });
        else printErrorLine(NONE_RUNS);
        finish(ExitCode.FAILURE);
        return;
      }
      if (options.json) printJson(presentPredictions(report));
      else printLine(renderPredictions(report, styleFor(process.stdout)));
      finish(ExitCode.SUCCESS);
    });
}
