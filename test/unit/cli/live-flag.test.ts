/*
 * What the commands do with a live configuration, as far as they come without a server: nothing listens where it would be.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../../harness/free-ports';
import { auditFileName } from '../../../src/access/audit';
import { runCommandLine } from '../../../src/cli/program';
import { ExitCode } from '../../../src/process/exit-codes';

const SEND = ['signal', 'send', '--symbol', 'BTCUSDT', '--direction', 'BUY', '--strategy', 's', '--deadline', '0'];
const SETTLE = ['signal', 'settle', '0123456789abcdef', '--nothing', '--reason', 'seen'];
const CANCEL = ['signal', 'cancel', '0123456789abcdef', '--reason', 'enough'];
const RESUME = ['resume', '--reason', 'calm'];
const HALT = ['halt', '--reason', 'storm'];

const savedEnvironment = { ...process.env };
let folder: string;
let said: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-live-flag-'));
  process.env = { ...savedEnvironment, DATA_DIR: join(folder, 'data'), TEMPORAL_PORT: String(await findFreePort()) };
  said = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...savedEnvironment };
  rmSync(folder, { recursive: true, force: true });
});

function run(words: readonly string[], allowsAnyServer = true): Promise<ExitCode> {
  const file = join(folder, 'live.yaml');
  const temporal = `temporal: { namespace: oncefill-live, allowUnauthenticatedServer: ${allowsAnyServer} }`;
  const settings = `${temporal}\nsignals: { strategies: [by_hand] }\nrisk: {}\n`;
  writeFileSync(file, `venues: { bybit: { environment: live } }\n${settings}`);
  return runCommandLine(['--config', file, ...words]);
}

/** What and how of every line. */
function audited(): readonly string[] {
  const text = readFileSync(join(folder, 'data', 'logs', auditFileName(Date.now())), 'utf8');
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly what: string; readonly result: string });
  return rows.map(({ what, result }) => `${what} ${result}`);
}

describe('on live,', () => {
  test.each([
    ['resume', RESUME],
    ['signal send', SEND],
    ['signal settle', SETTLE],
    ['start --mode all', ['start']],
    ['start --mode api', ['start', '--mode', 'api']],
    ['start --mode ml', ['start', '--mode', 'ml']],
  ])('%s wants to hear that it is meant', async (_name, words) => {
    expect(await run(words)).toBe(ExitCode.USAGE);
    expect(said).toMatch(/real money.*--live/);
  });

  test.each([
    ['resume', RESUME],
    ['signal send', SEND],
    ['signal settle', SETTLE],
  ])('%s goes to the server when it is meant', async (_name, words) => {
    expect(await run([...words, '--live'])).toBe(ExitCode.UNAVAILABLE);
  });

  test.each([
    ['resume', RESUME],
    ['signal send', SEND],
    ['signal settle', SETTLE],
    ['start --mode api', ['start', '--mode', 'api']],
  ])('%s goes to no server that trusts everybody', async (_name, words) => {
    expect(await run([...words, '--live'], false)).toBe(ExitCode.USAGE);
    expect(said).toContain('asks who is there');
  });

  test.each([
    ['halt', HALT],
    ['reduce', ['reduce', '--reason', 'storm']],
    ['halt --cancel-orders', [...HALT, '--cancel-orders']],
    ['signal cancel', CANCEL],
  ])('%s goes to any server at once', async (_name, words) => {
    expect(await run(words, false)).toBe(ExitCode.UNAVAILABLE);
  });

  test('the command to repeat says that it is meant, as the first one did', async () => {
    await run([...SEND, '--live']);
    expect(said.trimEnd().split('\n').at(-1)).toMatch(/signal send .*--live --timestamp/);
  });
});

describe('the audit of a command', () => {
  test('says before and after what must not happen without it, and after what must happen in any case', async () => {
    await run([...RESUME, '--live']);
    await run([...SETTLE, '--live']);
    await run(CANCEL);
    await run(HALT);
    expect(audited()).toEqual([
      'resume asked',
      'resume failed',
      'signal.settle asked',
      'signal.settle failed',
      'signal.cancel failed',
      'halt failed',
    ]);
  });

  test('holds up no halt when it cannot be written, but a resume, a settlement and a token', async () => {
    mkdirSync(join(folder, 'data'), { mode: 0o700 });
    writeFileSync(join(folder, 'data', 'logs'), 'no folder');
    expect(await run(HALT)).toBe(ExitCode.UNAVAILABLE);
    for (const words of [
      [...RESUME, '--live'],
      [...SETTLE, '--live'],
      ['token', 'create', '--name', 'a', '--scope', 'read'],
    ]) {
      said = '';
      expect(await run(words)).toBe(ExitCode.FAILURE);
      expect(said).toMatch(/audit file .* cannot be written/);
    }
  });
});

test('a token for live is neither made nor revoked in the data folder of paper', async () => {
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  writeFileSync(join(dataDir, 'environment'), 'paper\n');
  for (const words of [
    ['token', 'create', '--name', 'a', '--scope', 'read'],
    ['token', 'revoke', '01234567', '--reason', 'left'],
  ]) {
    expect(await run(words)).not.toBe(ExitCode.SUCCESS);
    expect(said).toMatch(/belongs to paper/);
    said = '';
  }
  expect(readdirSync(dataDir)).toEqual(['environment']);
});
