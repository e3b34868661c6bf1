import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alertsFile, channelAdvice } from '../../../src/config/alerts';
import { ConfigError } from '../../../src/config/config-error';
import { defaultConfigFile, loadConfig } from '../../../src/config/load-config';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-advice-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('a default that does not go with what a user set is changed in his own file', () => {
  const file = join(folder, 'live.yaml');
  writeFileSync(file, 'venues: { bybit: { environment: live } }\n');
  let problems: ConfigError['problems'] = [];
  try {
    loadConfig({ env: {}, cwd: folder, file });
  } catch (error) {
    if (error instanceof ConfigError) ({ problems } = error);
  }
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.filter(({ source }) => source === defaultConfigFile())).toEqual([]);
  expect(problems.filter(({ message }) => !message.includes('write it into your own file'))).toEqual([]);
});

test("the program's own file of channels is to be copied, and a user's own to be changed", () => {
  const own = alertsFile({ env: {}, cwd: folder });
  expect(channelAdvice(own)).toContain('ONCEFILL_ALERTS');
  const mine = alertsFile({ env: { ONCEFILL_ALERTS: 'mine.yaml' }, cwd: folder });
  expect(channelAdvice(mine)).not.toContain('copy');
});
