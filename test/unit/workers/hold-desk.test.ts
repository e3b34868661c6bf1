import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../../../harness/wait-for';
import { claimPidFile, readRunningPid } from '../../../src/process/pid-file';
import { holdDesk } from '../../../workers/hold-desk';

const INTERVAL_MS = 10;
let folder: string;
let run: string;
let path: string;
let ending: AbortController;
let kept: AbortSignal[];
let warnings: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-hold-desk-'));
  run = join(folder, 'run');
  path = join(run, 'alert-desk.pid');
  ending = new AbortController();
  kept = [];
  warnings = [];
});
afterEach(() => {
  ending.abort();
  rmSync(folder, { recursive: true });
});

function hold(keep: (signal: AbortSignal) => Promise<unknown> = untilEnded): Promise<void> {
  const warn = (sentence: string): unknown => warnings.push(sentence);
  return holdDesk({ path, keep, warn, intervalMs: INTERVAL_MS }, ending.signal);
}

function untilEnded(signal: AbortSignal): Promise<void> {
  kept.push(signal);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function until(what: string, condition: () => boolean): Promise<void> {
  await waitFor(what, async () => condition(), { intervalMs: 5, timeoutMs: 20_000 });
}

/** A disk that takes nothing, as root meets one, too: a file stands where the folder should be. */
function refuseClaims(): void {
  writeFileSync(run, '');
}

function takeClaimsAgain(): void {
  rmSync(run);
  mkdirSync(run);
}

test('a desk whose claim cannot be written is kept all the same, and claimed as soon as the disk takes it', async () => {
  refuseClaims();
  const holding = hold();
  expect(kept).toHaveLength(1);
  expect(warnings).toEqual([expect.stringContaining(path)]);
  takeClaimsAgain();
  await until('the claim', () => readRunningPid(path) === process.pid);
  expect(kept).toHaveLength(1);
  ending.abort();
  await holding;
  expect(readRunningPid(path)).toBeUndefined();
});

test('who kept it without a claim leaves it to the process that has one', async () => {
  refuseClaims();
  const holding = hold();
  takeClaimsAgain();
  claimPidFile(path, process.ppid);
  await until('the desk to be left', () => kept[0]?.aborted === true);
  ending.abort();
  await holding;
  expect(kept).toHaveLength(1);
  expect(readRunningPid(path)).toBe(process.ppid);
});

test('a desk that fails is taken up again, and told once', async () => {
  const holding = hold((signal) => (kept.push(signal), Promise.reject(new Error('the book is a folder'))));
  await until('the third attempt', () => kept.length >= 3);
  ending.abort();
  await holding;
  expect(warnings).toEqual([expect.stringContaining('the book is a folder')]);
});

test('while another process keeps it, it is not kept a second time', async () => {
  claimPidFile(path, process.ppid);
  const holding = hold();
  await new Promise((resolve) => setTimeout(resolve, 5 * INTERVAL_MS));
  ending.abort();
  await holding;
  expect(kept).toEqual([]);
});
