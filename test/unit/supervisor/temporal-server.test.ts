import type { Config } from '../../../src/config/schema';
import type { TradingEnvironment } from '../../../src/config/trading-environment';
import { embeddedServerOptions } from '../../../src/supervisor/temporal-server';

test.each<[TradingEnvironment, string]>([
  ['paper', 'paper'],
  ['testnet', 'live'],
  ['live', 'live'],
])('the server of %s keeps what %s needs', (environment, durability) => {
  const config = { temporal: {}, venue: 'bybit', venues: { bybit: { environment } } } as unknown as Config;
  expect(embeddedServerOptions(config, () => undefined)).toMatchObject({ environment, durability });
});
