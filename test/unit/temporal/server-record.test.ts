import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimPidFile, identifyProcess } from '../../../src/process/pid-file';
import { startEmbeddedServer } from '../../../src/temporal/embedded-server';
import {
  readServerRecord,
  serverOwnerPath,
  whyNotJoin,
  writeServerRecord,
  type ServerNeeds,
} from '../../../src/temporal/server-record';

const SERVER = { server: { pid: 4711 }, port: 7233 };
const PAPER: ServerNeeds = { durability: 'paper', environment: 'paper' };
const TESTNET: ServerNeeds = { durability: 'live', environment: 'testnet' };
const LIVE: ServerNeeds = { durability: 'live', environment: 'live' };
const OWNER = 815;

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-server-record-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test.each([PAPER, TESTNET, LIVE])('a start joins a server of its own kind: %j', (kind) => {
  expect(whyNotJoin({ ...SERVER, ...kind }, kind, OWNER)).toBeUndefined();
});

test.each([
  [PAPER, LIVE],
  [PAPER, TESTNET],
  [LIVE, PAPER],
  [LIVE, TESTNET],
  [TESTNET, LIVE],
  [TESTNET, PAPER],
])('a server of %j is not joined by a start of %j, which hears whose it is and what to do', (running, needs) => {
  const sentence = whyNotJoin({ ...SERVER, ...running }, needs, OWNER);
  expect(sentence).toMatch(new RegExp(`4711.*815.*${running.environment}.*${needs.environment}.*DATA_DIR`));
});

test('a server that may forget its last moments is not joined for money', () => {
  expect(whyNotJoin({ ...SERVER, ...LIVE, durability: 'paper' }, LIVE, OWNER)).toMatch(/power cut.*stop process 815/);
});

test("a record of an older release counts as paper's", () => {
  expect(whyNotJoin(SERVER, PAPER, OWNER)).toBeUndefined();
  expect(whyNotJoin(SERVER, LIVE, OWNER)).toMatch(/runs for paper/);
});

test('a record of an older release can be read, and one that names what is unknown cannot', () => {
  writeServerRecord(dataDir, SERVER);
  expect(readServerRecord(dataDir)).toEqual(SERVER);
  mkdirSync(join(dataDir, 'run'), { recursive: true });
  writeFileSync(join(dataDir, 'run', 'temporal-server.json'), JSON.stringify({ ...SERVER, environment: 'moon' }));
  expect(readServerRecord(dataDir)).toBeUndefined();
});

test("a live start on paper's running server is refused before it waits for that server", async () => {
  // Stands for the process that runs the server, and for the server.
  const other = identifyProcess(process.ppid) ?? { pid: process.ppid };
  claimPidFile(serverOwnerPath(dataDir), process.ppid);
  writeServerRecord(dataDir, { server: other, port: 1, ...PAPER });
  const start = startEmbeddedServer({ dataDir, port: 1, ...LIVE, progress: () => undefined });
  await expect(start).rejects.toMatchObject({ name: 'ServerJoinError', code: 'SERVER_NOT_JOINED' });
});
