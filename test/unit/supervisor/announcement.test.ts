import { loadConfig } from '../../../src/config/load-config';
import type { VenueConfig } from '../../../src/config/schema';
import { hooksConfig } from '../hooks/bench';
import { describeSystem, describeTrading } from '../../../src/supervisor/announcement';

const CONFIG = loadConfig({ env: {}, cwd: process.cwd() });

function withEnvironment(environment: VenueConfig['environment']): typeof CONFIG {
  const venue = CONFIG.venues[CONFIG.venue];
  if (!venue) throw new Error('The default configuration has no venue.');
  return { ...CONFIG, venues: { [CONFIG.venue]: { ...venue, environment } } };
}

describe('the announcement', () => {
  test.each([
    ['live', 'REAL MONEY'],
    ['testnet', 'no real money'],
    ['paper', 'no real money'],
  ] as const)('%s trading says: %s', (environment, words) => {
    const text = describeTrading(withEnvironment(environment));
    expect(text).toContain(environment.toUpperCase());
    expect(text).toContain(words);
  });

  test('shows where alerts come in, and whose, once somebody may send any', () => {
    const shown = (isEnabled: boolean): string =>
      describeSystem({
        config: hooksConfig({ enabled: isEnabled }),
        mode: 'api',
        server: {
          target: { address: 'a:1', namespace: 'n', connectionOptions: {} },
          description: 'a:1 (your server)',
        },
        processes: [{ name: 'api', pid: 7 }],
      }).join('\n');
    expect(shown(true)).toMatch(/Webhooks +http:\/\/127\.0\.0\.1:8081\/hooks\/SOURCE, of tradingview/);
    expect(shown(false)).not.toContain('Webhooks');
  });

  test('shows only what this start runs', () => {
    const server = {
      target: { address: 'a:1', namespace: 'n', connectionOptions: {} },
      description: 'a:1 (your server)',
    };
    const text = describeSystem({
      config: CONFIG,
      mode: 'ml',
      server,
      processes: [{ name: 'ml_manager', pid: 7 }],
    }).join('\n');
    expect(text).toContain('ml_manager 7');
    expect(text).toMatch(/Symbols +BTCUSDT, ETHUSDT/);
    expect(text).not.toContain('Health');
    expect(text).not.toContain('Paper venue');
    expect(text).not.toContain('Web UI');
  });

  test('says how people are told of alerts', () => {
    const server = { target: { address: 'a:1', namespace: 'n', connectionOptions: {} }, description: 'a:1' };
    const facts = { config: CONFIG, mode: 'ml', server, processes: [], alerts: 'nobody is told' } as const;
    expect(describeSystem(facts).join('\n')).toMatch(/Alerts +nobody is told/);
  });

  test('says how the paper venue was told to misbehave', () => {
    const server = { target: { address: 'a:1', namespace: 'n', connectionOptions: {} }, description: 'a:1' };
    const facts = { config: CONFIG, mode: 'all', server, processes: [{ name: 'paper_venue', pid: 7 }] } as const;
    expect(describeSystem({ ...facts, faults: 'seed=7,rate=0.2' }).join('\n')).toMatch(
      /Paper venue .*misbehaves.*--faults seed=7,rate=0\.2/,
    );
    expect(describeSystem(facts).join('\n')).not.toContain('misbehaves');
  });
});
