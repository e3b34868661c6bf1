import { assertEmbeddedServerRuns } from '../../../src/cli/temporal-access';
import { readReason } from '../../../src/cli/change-trading-state';
import { reportError } from '../../../src/cli/cli-error';
import { completeArguments, runCommandLine } from '../../../src/cli/program';
import { claimPidFile } from '../../../src/process/pid-file';
import { startLockPath } from '../../../src/supervisor/run-folder';
import { findFreePort } from '../../../harness/free-ports';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let printed: string;

beforeEach(() => {
  printed = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});

afterEach(() => jest.restoreAllMocks());

test.each([
  ['', '--config is empty'],
  [' ', '--config is empty'],
  ['~/x.yaml', '--config: is "~/x.yaml", and only a shell fills in ~'],
  ['tcp://10.0.0.1:80', 'an address; name a file'],
])('--config %j is refused before anything is done with the defaults', async (file, sentence) => {
  expect(await runCommandLine(['--config', file, 'halt', '--reason', 'stop'])).toBe(2);
  expect(printed).toContain(sentence);
});

test('a variable of the configuration that is set to nothing counts as not set', async () => {
  const { env } = process;
  process.env = { ...env, ONCEFILL_CONFIG: '', TEMPORAL_PORT: String(await findFreePort()) };
  try {
    // Refused later, for want of a server.
    expect(await runCommandLine(['signal', 'list'])).toBe(4);
  } finally {
    process.env = env;
  }
});

test.each([
  ['a\tb', 'holds U+0009, a control character'],
  ['a\nb', 'holds U+000A, a line break'],
  ['a\u202Eb', 'holds U+202E'],
  ['x'.repeat(161), 'has 161 bytes as UTF-8; at most 160 are kept'],
  [' ', 'The reason is empty'],
])('resume refuses the reason %j as every other command does', (reason, sentence) => {
  expect(() => readReason(reason, 'active')).toThrow(sentence);
});

test.each([
  ['a\tb\nc', 'a b c'],
  ['a\u202Eb', 'a b'],
  ['1234567890 '.repeat(30), `${'1234567890 '.repeat(14)}…`],
  ['x'.repeat(161), 'a reason of one word too long to keep'],
])('halt and reduce do not fail for the reason %j, and keep what can be read', (reason, kept) => {
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(['halted', 'reducing'].map((to) => readReason(reason, to as 'halted'))).toEqual([kept, kept]);
});

describe('without the embedded server', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'oncefill-program-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  async function refusal(): Promise<ReturnType<typeof reportError>> {
    const port = await findFreePort();
    const error: unknown = await assertEmbeddedServerRuns(port, `127.0.0.1:${port}`, dataDir).catch((reason) => reason);
    return reportError(error);
  }

  test('a command says to start the system', async () => {
    expect(await refusal()).toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('start the system') as string,
    });
  });

  test('a command says to repeat it where a start on this data folder is about to run it again', async () => {
    claimPidFile(startLockPath(dataDir, 'core'), process.pid);
    expect(await refusal()).toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('Repeat the command') as string,
    });
  });
});

describe('completeArguments', () => {
  test.each([
    [['--mode=ml'], ['start', '--mode=ml']],
    [
      ['--mode', 'core'],
      ['start', '--mode', 'core'],
    ],
    [['--status'], ['start', '--status']],
    [
      ['start', '--mode=api'],
      ['start', '--mode=api'],
    ],
    [['--help'], ['--help']],
    [[], []],
  ])('%j means %j', (words, expected) => {
    expect(completeArguments(words)).toEqual(expected);
  });
});
