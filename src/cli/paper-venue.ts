import { Option, type Command } from 'commander';
import { openDataFolder } from '../access/private-folder';
import { candlesFlag, loadCommandConfig, TALKING } from './command-config';
import { ExitCode } from '../process/exit-codes';
import { followStarter } from './follow-starter';
import { printErrorLine } from './terminal';

/** How the paper venue is told to behave like a venue on a bad day. */
export function faultsOption(): Option {
  return new Option('--faults <plan>', 'let the paper venue misbehave: "seed=7,rate=0.2", or a JSON file with a plan');
}

/** `oncefill paper-venue`: runs the local exchange in this process. */
export function addPaperVenueCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('paper-venue')
    .description('run the paper venue, a local exchange, in this process (start runs it for you)')
    .option('--candles <dir>', 'play candle files instead of simulated prices')
    .addOption(faultsOption())
    .action(async (options: { readonly candles?: string; readonly faults?: string }, command: Command) => {
      followStarter();
      const config = await loadCommandConfig(command, candlesFlag(options.candles), TALKING);
      openDataFolder(config.dataDir);
      const [{ runPaperVenueProcess }, { readFaultSpecification }, { claimDataFolder }] = await Promise.all([
        import('../paper-venue/paper-venue-process'),
        import('../paper-venue/faults/fault-specification'),
        import('../temporal/folder-environment'),
      ]);
      claimDataFolder(config);
      const [{ openProcessMetrics }, { registerPaperVenue }] = await Promise.all([
        import('../observability/metrics/open-process-metrics'),
        import('./register-paper-venue'),
      ]);
      const metrics = openProcessMetrics({ config, name: 'paper_venue', warn: printErrorLine });
      const unregister = registerPaperVenue(config);
      await runPaperVenueProcess(
        config,
        options.faults === undefined ? undefined : readFaultSpecification(options.faults),
      );
      metrics.close();
      await unregister();
      finish(ExitCode.SUCCESS);
    });
}
