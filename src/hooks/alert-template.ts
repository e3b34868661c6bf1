import type { HookSource } from '../config/hooks-schema';
import { parseBodyPath, type BodyPath } from '../domain/hooks/body-path';
import type { HookField } from '../domain/hooks/source';

/** Stands where a sender is to write the secret, which nothing of ours prints. */
export const SECRET_HERE = 'YOUR-SECRET-HERE';

/** What TradingView fills in. Numbers stand in quotes, where they keep all of their digits. */
const PLACEHOLDERS: Readonly<Record<Exclude<HookField, 'timestamp'>, string>> = {
  symbol: '{{ticker}}',
  direction: '{{strategy.order.action}}',
  strategy: '{{strategy.order.id}}',
  intent: 'entry',
  amount: '{{strategy.order.contracts}}',
  limitPrice: '{{strategy.order.price}}',
  timeInForce: 'GTC',
  goodForSeconds: '60',
  stopLoss: '{{plot_0}}',
  stopLossDistance: '{{plot_0}}',
  takeProfit: '{{plot_1}}',
  takeProfitDistance: '{{plot_1}}',
  trailingDistance: '{{plot_2}}',
  maxHoldingSeconds: '3600',
  signalStrength: '1',
  marketPosition: '{{strategy.market_position}}',
  priorMarketPosition: '{{strategy.prev_market_position}}',
};

/**
 * The message to paste into an alert of TradingView, for a source as it is configured: each placeholder stands where the source
 * looks for its value.
 */
export function alertTemplate(source: HookSource): string {
  const { fields, timestampIs, authentication, secretField, body } = source;
  const time = timestampIs === 'barOpen' ? '{{time}}' : '{{timenow}}';
  const secret = authentication === 'body' ? [[secretField, SECRET_HERE] as const] : [];
  const values = Object.entries(fields).flatMap(([field, place]) => {
    if (place === undefined) return [];
    return [[place, field === 'timestamp' ? time : PLACEHOLDERS[field as keyof typeof PLACEHOLDERS]] as const];
  });
  const placed = [...secret, ...values].map(([place, value]) => [parseBodyPath(place) ?? [], value] as const);
  if (body === 'pairs') return placed.map(([path, value]) => `${path[0]}=${value}`).join('\n');
  const message = new Map<string, unknown>();
  for (const [path, value] of placed) put(message, path, value);
  return JSON.stringify(plain(message), undefined, 2);
}

/** Maps and not objects: a place may be called as anything. */
function put(map: Map<string, unknown>, path: BodyPath, value: string): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    map.set(key, value);
    return;
  }
  const inner = map.get(key);
  const below = inner instanceof Map ? (inner as Map<string, unknown>) : new Map<string, unknown>();
  map.set(key, below);
  put(below, rest, value);
}

function plain(value: unknown): unknown {
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...(value as Map<string, unknown>)].map(([key, inner]) => [key, plain(inner)]));
}
