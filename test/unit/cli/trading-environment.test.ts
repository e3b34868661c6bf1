import { checkLiveFlag, checkTradingEnvironment, refuseNeedlessLive } from '../../../src/cli/command-config';
import { loadConfig } from '../../../src/config/load-config';
import type { Config, VenueConfig } from '../../../src/config/schema';

const DEFAULTS = loadConfig({ env: {}, cwd: process.cwd() });
const KEY_VARIABLES = ['BYBIT_API_KEY', 'BYBIT_API_SECRET'];

function configFor(environment: VenueConfig['environment']): Config {
  const venue = DEFAULTS.venues[DEFAULTS.venue];
  if (!venue) throw new Error('The default configuration has no venue.');
  return { ...DEFAULTS, venues: { [DEFAULTS.venue]: { ...venue, environment } } };
}

describe('checkTradingEnvironment', () => {
  const saved = { ...process.env };

  beforeEach(() => {
    for (const name of KEY_VARIABLES) delete process.env[name];
  });

  afterEach(() => {
    process.env = { ...saved };
  });

  function giveKeys(): void {
    for (const name of KEY_VARIABLES) process.env[name] = 'abc-123-456-def-789';
  }

  test('paper needs neither flag nor keys', async () => {
    await expect(checkTradingEnvironment(configFor('paper'), false)).resolves.toBeUndefined();
  });

  test('a live configuration without --live is refused, even with keys', async () => {
    giveKeys();
    await expect(checkTradingEnvironment(configFor('live'), false)).rejects.toThrow('real money');
  });

  test('--live without keys is refused', async () => {
    await expect(checkTradingEnvironment(configFor('live'), true)).rejects.toThrow('BYBIT_API_KEY');
  });

  test('--live with keys is allowed', async () => {
    giveKeys();
    await expect(checkTradingEnvironment(configFor('live'), true)).resolves.toBeUndefined();
  });

  test('keys are named after the venue and not after its adapter', async () => {
    giveKeys();
    const { venues, venue } = configFor('live');
    const config = { ...DEFAULTS, venue: 'bybit-eu', venues: { 'bybit-eu': venues[venue] as VenueConfig } };
    await expect(checkTradingEnvironment(config, true)).rejects.toThrow('BYBIT_EU_API_KEY');
  });

  test('--live with a paper configuration is refused: no real orders would be sent', async () => {
    await expect(checkTradingEnvironment(configFor('paper'), true)).rejects.toThrow('--live');
  });
});

describe('a command that acts', () => {
  test('acts on live only when told so, and needs no keys', () => {
    expect(() => checkLiveFlag(configFor('live'), false)).toThrow('--live');
    expect(() => checkLiveFlag(configFor('live'), true)).not.toThrow();
    expect(() => checkLiveFlag(configFor('testnet'), false)).not.toThrow();
  });

  test.each(['paper', 'testnet'] as const)('is refused on %s when it was meant for live', (environment) => {
    expect(() => checkLiveFlag(configFor(environment), true)).toThrow('no real orders');
  });
});

describe('a command that stops trading', () => {
  test('stops live trading at the first attempt', () => {
    expect(() => refuseNeedlessLive(configFor('live'), false)).not.toThrow();
    expect(() => refuseNeedlessLive(configFor('live'), true)).not.toThrow();
  });

  test('does not pretend to stop live trading', () => {
    expect(() => refuseNeedlessLive(configFor('paper'), true)).toThrow('--live');
  });
});
