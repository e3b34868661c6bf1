import type { Installation } from '../../../harness/installation';
import { CANARIES } from './environments';

/** A key that may be found nowhere is the secret of the alerts. */
export const HOOK_SECRETS: NodeJS.ProcessEnv = { HOOK_TRADINGVIEW_SECRETS: CANARIES[0] };

/** As docs/hooks.md has a newcomer write it. */
export const TRADINGVIEW_HOOKS = {
  enabled: true,
  sources: {
    tradingview: {
      fields: {
        symbol: '/ticker',
        direction: '/action',
        strategy: '/order_id',
        timestamp: '/time',
        amount: '/contracts',
        marketPosition: '/market_position',
      },
      stripPrefixes: ['BYBIT:'],
      stripSuffixes: ['.P'],
      strategyPrefix: 'tv-',
    },
  },
};

/** What TradingView makes of the message, fired now. */
export function alertOf(action: string, marketPosition: string) {
  return {
    secret: CANARIES[0] as string,
    ticker: 'BYBIT:BTCUSDT.P',
    action,
    order_id: 'e2e',
    contracts: '0.01',
    market_position: marketPosition,
    time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
  };
}

export interface AlertReply {
  readonly httpStatus: number;
  readonly status?: string;
  readonly fingerprint?: string;
}

export async function sendAlert(
  { config }: Installation,
  alert: object,
  contentType = 'application/json',
): Promise<AlertReply> {
  const response = await fetch(`http://127.0.0.1:${config.hooks.port}/hooks/tradingview`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: JSON.stringify(alert),
  });
  return { httpStatus: response.status, ...((await response.json()) as object) };
}
