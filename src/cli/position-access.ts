import { InvalidArgumentError } from 'commander';
import type { Config } from '../config/schema';
import type { PositionView } from '../messages/position';
import type { PositionWorkflows } from '../positions/position-workflows';
import { ExitCode } from '../process/exit-codes';
import { CliError } from './cli-error';
import { withClient, type Purpose } from './temporal-access';

export const SYMBOL_ARGUMENT = 'the symbol, such as BTCUSDT';

export function parseSymbol(text: string): string {
  if (/^[A-Z0-9]{2,30}$/.test(text)) return text;
  throw new InvalidArgumentError('A symbol has 2 to 30 characters, A-Z and 0-9, such as BTCUSDT.');
}

/** What prices and profits of the venue are in. */
export function settleAssetOf({ venue, venues }: Pick<Config, 'venue' | 'venues'>): string {
  return venues[venue]?.settleAsset ?? '';
}

/** @param last what is known of its symbol; undefined: nothing */
export async function unknownPosition(symbol: string, last?: PositionView): Promise<CliError> {
  const { describeAbsence } = await import('../positions/absence');
  const message = `${describeAbsence(symbol, last)} "oncefill position list" tells which are.`;
  return new CliError(message, ExitCode.NOT_FOUND);
}

/** The workflows of positions, over a connection of its own. @throws what `withClient` throws */
export async function withPositions<Result>(
  config: Config,
  purpose: Purpose,
  use: (positions: PositionWorkflows) => Promise<Result>,
): Promise<Result> {
  const [{ PositionWorkflows }, { tradingVenueOf }] = await Promise.all([
    import('../positions/position-workflows'),
    import('../config/trading-environment'),
  ]);
  return withClient(config, purpose, ({ client }) => use(new PositionWorkflows(client, tradingVenueOf(config))));
}
