import { CONFIG_FILE_VARIABLE } from '../../config/variables';
import { ExitCode } from '../../process/exit-codes';
import { CliError, reportError } from '../cli-error';
import { type Check, type Finding, mend, well } from './check';

/** Of more problems the count is enough: the first ones are mended first. */
const PROBLEMS_TOLD_MAX = 10;

/**
 * Why there is no configuration.
 *
 * @throws the error itself where it says something else: a command line that makes no sense, a fault of the program
 */
export function judgeConfigFault(error: unknown): Finding {
  if (error instanceof CliError || reportError(error).exitCode !== ExitCode.USAGE) throw error;
  const { message, problems } = error as Error & {
    readonly problems?: readonly { readonly source: string; readonly message: string }[];
  };
  const told = problems?.slice(0, PROBLEMS_TOLD_MAX).map((problem) => `${problem.source}: ${problem.message}`);
  const more = Math.max(0, (problems?.length ?? 0) - PROBLEMS_TOLD_MAX);
  const found = [...(told ?? [message]), ...(more > 0 ? [`And ${more} more.`] : [])].join(' ');
  return mend(found.replace(/\.$/, ''));
}

/** @param fault what judgeConfigFault made of it; absent: there is a configuration */
export function configCheck(file: string | undefined, fault?: Finding): Check {
  return {
    name: 'configuration',
    run: ({ env }) => {
      const from = file ?? env[CONFIG_FILE_VARIABLE]?.trim();
      return well(from ? `${from} over the defaults` : 'the defaults, and what variables set');
    },
    ...(fault && { runBare: () => fault }),
  };
}
