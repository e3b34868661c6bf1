/* The hooks over a fake intake and fake positions: what is proven with them is the HTTP side and the mapping. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import type { Config } from '../../../src/config/schema';
import { loadConfig } from '../../../src/config/load-config';
import type { HookResult } from '../../../src/observability/metrics/hook-metrics';
import { createHookServer, type HookDependencies } from '../../../src/hooks/server';
import type { PositionView } from '../../../src/messages/position';
import { Secret } from '../../../src/secrets/secret';
import { KeptAudit } from '../api/access';
import { FakeIntake } from '../api/fake-intake';

export const HOST = '127.0.0.1:8081';
export const SECRET = 'unit-test-secret-0001';
export const OTHER_SECRET = 'unit-test-secret-0002';

/** As docs/hooks.md has a newcomer write it. */
export const TRADINGVIEW = {
  fields: {
    symbol: '/ticker',
    direction: '/action',
    strategy: '/order_id',
    timestamp: '/time',
    amount: '/contracts',
    marketPosition: '/market_position',
    priorMarketPosition: '/prev_market_position',
  },
  optional: ['amount', 'priorMarketPosition'],
  stripPrefixes: ['BYBIT:'],
  stripSuffixes: ['.P'],
  strategyPrefix: 'tv-',
};

export const SOURCES = {
  tradingview: TRADINGVIEW,
  signed: { ...TRADINGVIEW, authentication: 'signature' },
  neighbour: { ...TRADINGVIEW, authentication: 'noneOnLoopback' },
  bars: { ...TRADINGVIEW, timestampIs: 'barOpen', barMinutes: 15 },
  slow: { ...TRADINGVIEW, perMinute: 2 },
  octo: {
    body: 'pairs',
    secretField: '/TOKEN',
    fields: { symbol: '/SYMBOL', direction: '/SIGNAL', strategy: '/NAME', timestamp: '/TIME' },
  },
};

export function hooksConfig(hooks: object = {}): Config {
  const flags = [
    { flag: '--test', path: 'hooks.enabled', value: true },
    { flag: '--test', path: 'hooks.sources', value: SOURCES },
    { flag: '--test', path: 'hooks.allowedHosts', value: ['hooks.example'] },
    ...Object.entries(hooks).map(([key, value]: [string, unknown]) => ({
      flag: '--test',
      path: `hooks.${key}`,
      value,
    })),
  ];
  return loadConfig({ env: {}, cwd: process.cwd(), flags });
}

/** A real payload, fired now. */
export function payload(name: string, firedAtMs = Date.now()): string {
  const text = readFileSync(join(__dirname, 'test_data', name), 'utf8');
  // Whole seconds, as TradingView writes them.
  return text.replace('TIMENOW', new Date(firedAtMs).toISOString().replace(/\.\d+Z$/, 'Z'));
}

export class HooksBench {
  readonly intake = new FakeIntake();
  readonly audit = new KeptAudit();
  readonly counted: [source: string, result: HookResult][] = [];
  readonly closed: { readonly symbol: string; readonly words: string; readonly reason: string }[] = [];
  readonly logged: string[] = [];
  /** What was written down for people. */
  readonly noted: Parameters<HookDependencies['door']['note']>[0][] = [];
  view: PositionView | undefined;
  closeReply: { readonly accepted: boolean; readonly message: string } | undefined = {
    accepted: true,
    message: 'All of it will be closed.',
  };
  readonly server: FastifyInstance;

  constructor(hooks: object = {}) {
    const config = hooksConfig(hooks);
    const positions: HookDependencies['positions'] = {
      show: async () => this.view,
      close: async (symbol, { words, reason }) => {
        this.closed.push({ symbol, words, reason });
        return this.closeReply;
      },
    };
    const secrets = [new Secret(SECRET), new Secret(OTHER_SECRET)];
    this.server = createHookServer({
      config,
      intake: this.intake,
      positions,
      secrets: new Map(Object.keys(config.hooks.sources).map((name) => [name, name === 'neighbour' ? [] : secrets])),
      audit: this.audit,
      door: { note: (note) => void this.noted.push(note) },
      count: (source, result) => void this.counted.push([source, result]),
      logger: pino({ level: 'info' }, { write: (line: string) => void this.logged.push(line) }),
    });
  }

  post(source: string, body: string, headers: Record<string, string> = {}) {
    return this.server.inject({
      method: 'POST',
      url: `/hooks/${source}`,
      payload: body,
      headers: { host: HOST, 'content-type': 'application/json', ...headers },
    });
  }
}
