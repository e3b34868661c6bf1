import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../../src/config/schema';
import type { TradingEnvironment } from '../../../src/config/trading-environment';
import { checkDataFolder, claimDataFolder, environmentMarkPath } from '../../../src/temporal/folder-environment';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-data-folder-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** All that is read of a configuration here. */
function configFor(environment: TradingEnvironment): Config {
  return { dataDir, venue: 'bybit', venues: { bybit: { environment } } } as unknown as Config;
}

function mark(): string {
  return readFileSync(environmentMarkPath(dataDir), 'utf8').trim();
}

/** As a release without environments left it. */
function leaveServerRecord(): void {
  mkdirSync(join(dataDir, 'run'));
  writeFileSync(join(dataDir, 'run', 'temporal-server.json'), JSON.stringify({ server: { pid: 1 }, port: 7233 }));
}

test('the first environment keeps the folder, and every other one is told both and what to do', () => {
  claimDataFolder(configFor('paper'));
  claimDataFolder(configFor('paper'));
  for (const other of ['testnet', 'live'] as const) {
    const refused = expect(() => claimDataFolder(configFor(other)));
    refused.toThrow(new RegExp(`${dataDir} belongs to paper.*for ${other}.*DATA_DIR`));
    expect(() => checkDataFolder(configFor(other))).toThrow(/belongs to paper/);
  }
  expect(mark()).toBe('paper');
});

test('only its owner can read the mark', () => {
  claimDataFolder(configFor('live'));
  expect(statSync(environmentMarkPath(dataDir)).mode & 0o777).toBe(0o600);
});

test('a command that starts nothing marks nothing', () => {
  checkDataFolder(configFor('live'));
  expect(() => mark()).toThrow('ENOENT');
});

test('a folder that is not there yet is made', () => {
  rmSync(dataDir, { recursive: true });
  claimDataFolder(configFor('testnet'));
  expect(mark()).toBe('testnet');
});

test.each(['testnet', 'live'] as const)('an old folder with a server of paper does not become one of %s', (other) => {
  leaveServerRecord();
  expect(() => claimDataFolder(configFor(other))).toThrow(/temporal-server\.json.*paper.*DATA_DIR/);
});

test.each(['testnet', 'live'] as const)('an old folder with a paper venue does not become one of %s', (other) => {
  mkdirSync(join(dataDir, 'paper-venue'));
  expect(() => claimDataFolder(configFor(other))).toThrow(/paper-venue.*DATA_DIR/);
});

test('an old folder of paper goes on as one of paper', () => {
  leaveServerRecord();
  mkdirSync(join(dataDir, 'paper-venue'));
  claimDataFolder(configFor('paper'));
  expect(mark()).toBe('paper');
});

test('an old folder without a trace of paper becomes the configured one', () => {
  mkdirSync(join(dataDir, 'temporal'));
  claimDataFolder(configFor('live'));
  expect(mark()).toBe('live');
});

test.each(['', 'Live', 'paper live', '\0'])('a mark that says %j belongs to nobody', (text) => {
  writeFileSync(environmentMarkPath(dataDir), text);
  for (const environment of ['paper', 'live'] as const) {
    expect(() => claimDataFolder(configFor(environment))).toThrow(/holds none of paper, testnet, demo, live/);
  }
});
