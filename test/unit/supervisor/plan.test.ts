import { loadConfig } from '../../../src/config/load-config';
import type { Config } from '../../../src/config/schema';
import { planProcesses, type StartMode } from '../../../src/supervisor/plan';

const CONFIG = loadConfig({ env: {}, cwd: process.cwd() });

function namesOf(mode: StartMode, config: Config = CONFIG): readonly string[] {
  return planProcesses(mode, config).map(({ name }) => name);
}

describe('planProcesses', () => {
  test.each<[StartMode, readonly string[]]>([
    ['all', ['paper_venue', 'system_monitor', 'trading_engine', 'ml_manager', 'api']],
    ['core', ['paper_venue', 'system_monitor', 'trading_engine']],
    ['ml', ['system_monitor', 'ml_manager']],
    ['api', ['system_monitor', 'api']],
  ])('mode %s runs %j in this order', (mode, names) => {
    expect(namesOf(mode)).toEqual(names);
  });

  test('starts on one data folder have monitors whose files do not meet', () => {
    const files = (['all', 'core', 'ml', 'api'] as const).map(
      (mode) => planProcesses(mode, CONFIG).find(({ name }) => name === 'system_monitor')?.filesName,
    );
    expect(new Set(files).size).toBe(4);
  });

  test('who mostly waits keeps little room for new objects, and who trades, predicts or answers as much as it wants', () => {
    const limited = planProcesses('all', CONFIG).flatMap(({ name, nodeOptions = [] }) => nodeOptions.map(() => name));
    expect(limited).toEqual(['paper_venue', 'system_monitor']);
  });

  test('without a model there is no ML manager', () => {
    expect(namesOf('all', { ...CONFIG, ml: { ...CONFIG.ml, enabled: false } })).not.toContain('ml_manager');
  });

  test('a real exchange needs no paper venue', () => {
    const [name = '', venue] = Object.entries(CONFIG.venues)[0] ?? [];
    if (!venue) throw new Error('The default configuration has no venue.');
    const config: Config = { ...CONFIG, venues: { [name]: { ...venue, environment: 'testnet' } } };
    expect(namesOf('all', config)).not.toContain('paper_venue');
  });

  test('the trading engine serves signals, entities and its venue', () => {
    const engine = planProcesses('core', CONFIG).find(({ name }) => name === 'trading_engine');
    expect(engine?.arguments).toEqual([
      'worker',
      '--component',
      'trading_engine',
      '--monitored',
      '--task-queue',
      'signals',
      '--task-queue',
      'entities',
      '--task-queue',
      `venue-paper-${CONFIG.venue}`,
    ]);
  });
});
