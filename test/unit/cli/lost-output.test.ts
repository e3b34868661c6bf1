import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type * as LostOutput from '../../../src/cli/lost-output';
import { packageRoot } from '../../../src/config/package-root';
import { ExitCode } from '../../../src/process/exit-codes';

/** Its state is that of one process: each test has a fresh one. */
function open() {
  jest.resetModules();
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const lostOutput = require('../../../src/cli/lost-output') as typeof LostOutput;
  const stdout = new PassThrough() as never as NodeJS.WriteStream;
  const stderr = new PassThrough() as never as NodeJS.WriteStream;
  const told: string[] = [];
  const exits: ExitCode[] = [];
  lostOutput.watchOutput({ stdout, stderr, tell: (line) => told.push(line), exit: (code) => exits.push(code) });
  const fail = (code: string, stream = stdout): unknown =>
    stream.emit('error', Object.assign(new Error(code), { code }));
  return { ...lostOutput, stderr, told, exits, fail };
}

test('a reader that went away is no failure: the code stays the one of the verdict, and who watches ends', () => {
  const { fail, codeAfterOutput, outputLost, told, exits } = open();
  fail('EPIPE');
  expect(codeAfterOutput(ExitCode.UNAVAILABLE)).toBe(ExitCode.UNAVAILABLE);
  expect(outputLost.aborted).toBe(true);
  expect([told, exits]).toEqual([[], []]);
});

test('what cannot be written is told once, and no verdict is told by the code', () => {
  const { fail, codeAfterOutput, outputLost, told } = open();
  fail('ENOSPC');
  fail('ENOSPC');
  expect(told).toEqual([expect.stringContaining('ENOSPC')]);
  expect(codeAfterOutput(ExitCode.SUCCESS)).toBe(ExitCode.OUTPUT_LOST);
  expect(outputLost.aborted).toBe(true);
});

test('what runs for its own work goes on without its output on a full disk, and ends with its reader', () => {
  const { fail, outlastOutput, codeAfterOutput, told, exits } = open();
  outlastOutput();
  fail('ENOSPC');
  expect([told, exits]).toEqual([[], []]);
  expect(codeAfterOutput(ExitCode.SUCCESS)).toBe(ExitCode.SUCCESS);
  fail('EPIPE');
  expect(exits).toEqual([ExitCode.SUCCESS]);
});

test('errors that cannot be written are borne', () => {
  const { fail, stderr, codeAfterOutput } = open();
  fail('ENOSPC', stderr);
  expect(codeAfterOutput(ExitCode.FAILURE)).toBe(ExitCode.FAILURE);
});

test('a command whose output a full disk does not take says so, and leaves with a code of its own', () => {
  const full = openSync('/dev/full', 'w');
  const main = join(packageRoot(), 'dist', 'src', 'cli', 'main.js');
  const { status, stderr } = spawnSync(process.execPath, [main, '--help'], { stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  expect(status).toBe(ExitCode.OUTPUT_LOST);
  expect(stderr.toString()).toMatch(/^The output could not be written \(ENOSPC\)[^\n]*\n$/);
});
