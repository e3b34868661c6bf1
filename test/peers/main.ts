// Lets client libraries that others wrote talk to a running paper venue, and compares call by call with expected.json.
//
//   npm run test:peers [-- [--only pybit|bybit-api|nautilus] [--nautilus] [--json]]
//
// Installs each library in a folder of its own under the system's temporary one, by pip and npm as this machine has them set up.
// Ends with 0 where every call came to what is expected, with 1 where one did not, and with 2 where nothing could be judged.
import { type SpawnOptions, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { childEnvironment } from '../../harness/child-environment';
import { packageRoot } from '../../src/config/package-root';
import { GOOD_PROFILE } from '../../src/paper-venue/account-profile';
import { USUAL_FUNDING } from '../../src/paper-venue/funding/funding-rates';
import { startPaperVenue, type PaperVenue } from '../../src/paper-venue/paper-venue';
import { compare, describeSums, type CallOutcome, type ExpectedCalls, parseOutcomes, type Verdict } from './compare';
import { PEERS, type Peer, peerNames } from './peers';

const FOLDER = join(packageRoot(), 'test', 'peers');
/** The largest of them is some hundred megabytes. */
const INSTALL_MAX_MS = 900_000;
const CALLS_MAX_MS = 120_000;
const LINES_SHOWN = 12;
const USAGE = `Usage: npm run test:peers -- [--only ${peerNames().join('|')}] [--nautilus] [--json]`;
const NOTHING_JUDGED_EXIT_CODE = 2;
const WIDE = { limit: 1_000_000, windowMs: 60_000, weight: 1 };
const KEYS = { apiKey: 'peers', apiSecret: 'secret-of-peers' };
const SYMBOLS = ['BTC', 'ETH', 'SOL', 'XRP', 'BNB', 'ADA', 'DOGE', 'AVAX'].map((base) => `${base}USDT`);

/** Nothing could be judged: a library cannot be installed, or its program ended early. The message says why. */
class PeersFailure extends Error {
  override readonly name = 'PeersFailure';
}

interface PeerReport {
  readonly peer: string;
  readonly release: string;
  readonly verdicts: readonly Verdict[];
}

async function main(): Promise<void> {
  const { only, isJson, withLarge } = readArguments();
  const chosen = PEERS.filter(({ name, isLarge }) => (only === undefined ? withLarge || !isLarge : name === only));
  const folder = mkdtempSync(join(tmpdir(), 'oncefill-peers-'));
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  try {
    const reports: PeerReport[] = [];
    for (const peer of chosen) reports.push(await judge(peer, join(folder, peer.name), say));
    process.stdout.write(isJson ? `${JSON.stringify(reports, undefined, 2)}\n` : render(reports));
    process.exitCode = reports.every(({ verdicts }) => verdicts.every(({ agrees }) => agrees)) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readArguments(): { only?: string; isJson: boolean; withLarge: boolean } {
  const options = { only: { type: 'string' }, json: { type: 'boolean' }, nautilus: { type: 'boolean' } } as const;
  let values: { only?: string; json?: boolean; nautilus?: boolean };
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    throw new PeersFailure(`${(error as Error).message}\n${USAGE}`);
  }
  if (values.only !== undefined && !peerNames().includes(values.only)) {
    throw new PeersFailure(`There is no client library "${values.only}" here.\n${USAGE}`);
  }
  return { only: values.only, isJson: values.json ?? false, withLarge: values.nautilus ?? false };
}

async function judge(peer: Peer, folder: string, say: (text: string) => void): Promise<PeerReport> {
  const release = `${peer.package} ${peer.version}`;
  say(`${peer.name}: installing ${release}${peer.isLarge ? ', which is large' : ''} …`);
  mkdirSync(folder);
  for (const step of peer.install(folder)) {
    await runToEnd(step.program, step.words, INSTALL_MAX_MS, { cwd: folder });
  }
  const venue = await openVenue(join(folder, 'venue'));
  try {
    say(`${peer.name}: calling …`);
    const outcomes = await callsOf(peer, folder, venue);
    const expected = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as ExpectedCalls;
    const verdicts = compare(expected[peer.name] ?? [], outcomes);
    say(`${peer.name}: ${describeSums(verdicts)}`);
    return { peer: peer.name, release, verdicts };
  } finally {
    await venue.close();
  }
}

/** Nothing of the account, the limits or the prices stands in the way of a call. */
function openVenue(stateDir: string): Promise<PaperVenue> {
  return startPaperVenue({
    port: 0,
    stateDir,
    ...KEYS,
    symbols: SYMBOLS,
    settleAsset: 'USDT',
    leverage: 1,
    account: GOOD_PROFILE,
    limits: { global: WIDE, endpoints: {} },
    seed: 1,
    balance: '100000',
    spreadFraction: '0.0002',
    takerFee: '0.00055',
    makerFee: '0.0002',
    priceBand: { x: '0.05', y: '0.1' },
    documentedRetention: true,
    funding: USUAL_FUNDING,
    banMs: 10_000,
    matchIntervalMs: 100,
  });
}

async function callsOf(peer: Peer, folder: string, venue: PaperVenue): Promise<readonly CallOutcome[]> {
  const { program, words } = peer.calls(folder, FOLDER);
  const env = childEnvironment({
    PAPER_URL: venue.url,
    PAPER_API_KEY: KEYS.apiKey,
    PAPER_API_SECRET: KEYS.apiSecret,
    PEER_FOLDER: folder,
  });
  const output = await runToEnd(program, words, CALLS_MAX_MS, { cwd: folder, env });
  return parseOutcomes(output);
}

interface RunOptions extends Pick<SpawnOptions, 'env'> {
  readonly cwd: string;
}

/** @returns what it wrote @throws PeersFailure where it does not end well in time */
async function runToEnd(
  program: string,
  words: readonly string[],
  timeoutMs: number,
  options: RunOptions,
): Promise<string> {
  const child = spawn(program, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
  const written: string[] = [];
  const errors: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => written.push(chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(new PeersFailure(`${program} cannot be started: ${error.message}`)));
    child.once('close', resolve);
  });
  if (code === 0) return written.join('');
  const last = `${written.join('')}${errors.join('')}`.trim().split('\n').slice(-LINES_SHOWN).join('\n');
  throw new PeersFailure(`"${program} ${words.join(' ')}" did not end well (${code ?? 'it took too long'}):\n${last}`);
}

function render(reports: readonly PeerReport[]): string {
  const lines = reports.flatMap(({ release, verdicts }) => {
    const bad = verdicts.filter(({ agrees }) => !agrees);
    const rows = verdicts.map(({ call, came }) => `  ${call.padEnd(36)} ${came}`);
    const misses = bad.map(
      ({ call, came, expected, reason }) =>
        `  ${call}: ${came}, expected ${expected}${reason === undefined ? '' : ` (${reason})`}`,
    );
    const judgement = bad.length === 0 ? 'all as expected' : `${bad.length} not as expected:`;
    return [release, ...rows, `${describeSums(verdicts)}; ${judgement}`, ...misses, ''];
  });
  return `${lines.join('\n')}\n`;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof PeersFailure ? error.message : String((error as Error).stack)}\n`);
  process.exitCode = NOTHING_JUDGED_EXIT_CODE;
});
