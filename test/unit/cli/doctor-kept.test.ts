/** A data folder that a start would refuse, or lose something of, is never called well. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runChecks, type DoctorContext } from '../../../src/cli/doctor/check';
import { KEPT_CHECKS } from '../../../src/cli/doctor/kept-checks';
import { loadConfig } from '../../../src/config/load-config';

const STORE = 'store/oncefill-paper.json';
const IDENTITY = JSON.stringify({ clusterId: 'c', namespaceId: 'n' });
let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-kept-'));
});

afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

function keep(name: string, text: string): void {
  const path = join(dataDir, name);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, text, { mode: 0o600 });
}

async function toMend(): Promise<readonly string[]> {
  const env = { DATA_DIR: dataDir };
  const config = loadConfig({ env, cwd: dataDir, flags: [] });
  const never = (): never => {
    throw new Error('Nobody is asked.');
  };
  const context: DoctorContext = { config, cwd: dataDir, env, server: never, access: never };
  const checked = await runChecks(KEPT_CHECKS, context);
  return checked.filter(({ verdict }) => verdict === 'mend').map(({ name }) => name);
}

test('an empty folder, and one that was used, have nothing to mend', async () => {
  expect(await toMend()).toEqual([]);
  keep('environment', 'paper\n');
  keep(STORE, IDENTITY);
  keep('temporal/temporal.db', 'SQLite format 3\0 and more');
  expect(await toMend()).toEqual([]);
});

test.each([
  ['environment file', 'environment', 'live\n'],
  ['environment file', 'environment', ''],
  ['store', STORE, 'garbage'],
  ['database', 'temporal/temporal.db', 'garbage'],
  ['database', 'temporal/temporal.db', ''],
  ['paper journal', 'paper-venue/journal.jsonl', 'garbage\n'],
  ['book of alerts', 'run/alerts.json', '{'],
  ['tokens', 'access/tokens.json', 'garbage'],
])('%s: %s that holds %j is to be mended', async (check, name, text) => {
  keep(name, text);
  // The database of a store that is known has to be there.
  if (name === STORE) keep('temporal/temporal.db', 'SQLite format 3\0 and more');
  expect(await toMend()).toEqual([check]);
});

test('a database that is gone is to be mended where a store is known', async () => {
  keep(STORE, IDENTITY);
  expect(await toMend()).toEqual(['database']);
});

test.each([
  ['run', 0o755],
  ['logs', 0o777],
  ['store', 0o750],
])('the folder %s with mode %o is to be mended', async (name, mode) => {
  mkdirSync(join(dataDir, name));
  chmodSync(join(dataDir, name), mode);
  expect(await toMend()).toEqual(['folders in it']);
});
