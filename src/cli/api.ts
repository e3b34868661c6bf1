import type { Command } from 'commander';
import { openDataFolder } from '../access/private-folder';
import { candlesFlag, checkLiveFlag, LIVE_FLAG, loadCommandConfig, SERVING } from './command-config';
import { ExitCode } from '../process/exit-codes';
import { followStarter } from './follow-starter';
import { checkVerification } from './verification';

/** `oncefill api`: serves the HTTP API in this process. */
export function addApiCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('api')
    .description('serve the HTTP API in this process (start runs it for you)')
    .option('--candles <dir>', 'trade the symbols of these candle files')
    .option(...LIVE_FLAG)
    .action(async (options: { readonly candles?: string; readonly live?: boolean }, command: Command) => {
      followStarter();
      const config = await loadCommandConfig(command, candlesFlag(options.candles), SERVING);
      checkVerification(config);
      checkLiveFlag(config, options.live ?? false);
      openDataFolder(config.dataDir);
      const [{ runApi }, { resolveTarget }, { claimDataFolder }] = await Promise.all([
        import('../api/run-api'),
        import('../temporal/connection'),
        import('../temporal/folder-environment'),
      ]);
      claimDataFolder(config);
      await runApi({ config, target: resolveTarget(config) });
      finish(ExitCode.SUCCESS);
    });
}
