import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertServerOfFolder } from '../../../src/temporal/own-store';
import { writeServerRecord } from '../../../src/temporal/server-record';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-folder-'));
  mkdirSync(join(folder, 'run'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const EMBEDDED = { address: '127.0.0.1:7233', isEmbedded: true };

test('a worker of a data folder on which nothing runs does not serve the server of another one', () => {
  expect(() => assertServerOfFolder(folder, EMBEDDED)).toThrow(
    `A Temporal server answers at 127.0.0.1:7233, but the data folder ${folder} runs no server: set DATA_DIR to the folder of the start that runs it, or TEMPORAL_ADDRESS=127.0.0.1:7233 if this process is to use it with a folder of its own.`,
  );
});

test('a worker of a data folder whose server listens elsewhere does not serve another one', () => {
  writeServerRecord(folder, { server: { pid: 1 }, port: 7_300 });
  expect(() => assertServerOfFolder(folder, EMBEDDED)).toThrow('runs its server at 127.0.0.1:7300: set DATA_DIR');
});

test("a worker serves its data folder's own server", () => {
  writeServerRecord(folder, { server: { pid: 1 }, port: 7_233 });
  expect(() => assertServerOfFolder(folder, EMBEDDED)).not.toThrow();
});

test('a worker serves a server that somebody named, whatever its data folder runs', () => {
  expect(() => assertServerOfFolder(folder, { ...EMBEDDED, isEmbedded: false })).not.toThrow();
});
