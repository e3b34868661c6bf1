import type { Config } from './schema';
import type { TradingEnvironment } from './trading-environment';

/**
 * Whether the embedded server gets its Web UI: whoever reaches it can trade, so by default only where no money is at stake.
 *
 * @param environment of the venue that is traded on; undefined where it is not configured
 */
export function hasWebUi({ temporal }: Pick<Config, 'temporal'>, environment: TradingEnvironment | undefined): boolean {
  return temporal.webUi === 'on' || (temporal.webUi === 'auto' && environment === 'paper');
}
