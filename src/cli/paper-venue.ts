import type { Command } from 'commander';
import { followSupervisor } from '../supervisor/lifeline';
import { candlesFlag, loadCommandConfig } from './command-config';
import { ExitCode } from './exit-codes';

/** `oncefill paper-venue`: runs the local exchange in this process. */
export function addPaperVenueCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('paper-venue')
    .description('run the paper venue, a local exchange, in this process (start runs it for you)')
    .option('--candles <dir>', 'play candle files instead of simulated prices')
    .action(async (options: { readonly candles?: string }, command: Command) => {
      followSupervisor();
      const config = await loadCommandConfig(command, candlesFlag(options.candles));
      const { runPaperVenueProcess } = await import('../venues/paper/paper-venue-process');
      await runPaperVenueProcess(config);
      finish(ExitCode.SUCCESS);
    });
}
