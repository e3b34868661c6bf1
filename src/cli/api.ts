import type { Command } from 'commander';
import { followSupervisor } from '../process/lifeline';
import { candlesFlag, loadCommandConfig } from './command-config';
import { ExitCode } from '../process/exit-codes';
import { checkVerification } from './verification';

/** `oncefill api`: serves the HTTP API in this process. */
export function addApiCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('api')
    .description('serve the HTTP API in this process (start runs it for you)')
    .option('--candles <dir>', 'trade the symbols of these candle files')
    .action(async (options: { readonly candles?: string }, command: Command) => {
      followSupervisor();
      const config = await loadCommandConfig(command, candlesFlag(options.candles));
      checkVerification(config);
      const [{ runApi }, { resolveTarget }] = await Promise.all([
        import('../api/run-api'),
        import('../temporal/connection'),
      ]);
      await runApi({ config, target: resolveTarget(config) });
      finish(ExitCode.SUCCESS);
    });
}
