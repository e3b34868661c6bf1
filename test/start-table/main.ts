// Starts the product as strangers do, and prints how each start ended: healthy, or one sentence with the remedy.
//
//   npm run start-table [-- [--node PROGRAM] [--transcripts FILE] [PART OF A NAME]]
//
// FILE gets all that each start wrote, under its name and how it ended.
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { childEnvironment } from '../../harness/child-environment';
import { exitCodeOf, hasEnded, sendSignal } from '../../harness/child-process';
import { findFreePorts } from '../../harness/free-ports';
import { runningProcesses } from '../../harness/running-processes';
import { packageRoot } from '../../src/config/package-root';
import { pollUntil } from '../../src/process/poll';
import { CASES, commandOf, type Place, type StartCase } from './cases';

const START_MAX_MS = 180_000;
const STOP_MAX_MS = 30_000;
const POLL_MS = 100;
const LINES_SHOWN = 4;
const RUNS = /oncefill is healthy after|and not all is well/;

interface Outcome {
  readonly isExpected: boolean;
  readonly told: string;
  readonly lastLines: readonly string[];
  /** All that it wrote. */
  readonly transcript: string;
}

async function placeFor(): Promise<Place> {
  const [API_PORT, PAPER_VENUE_PORT, TEMPORAL_PORT, TEMPORAL_UI_PORT] = (await findFreePorts(4)).map(String);
  const ports = { API_PORT, PAPER_VENUE_PORT, TEMPORAL_PORT, TEMPORAL_UI_PORT } as Place['ports'];
  return { folder: mkdtempSync(join(tmpdir(), 'oncefill-start-')), ports };
}

async function tryCase(startCase: StartCase, node: string): Promise<Outcome> {
  const place = await placeFor();
  const dataDir = join(place.folder, 'data');
  const environment = { ...childEnvironment({ ...place.ports, DATA_DIR: dataDir }), ...startCase.prepare?.(place) };
  const outputFile = join(place.folder, 'output');
  const output = openSync(outputFile, 'a');
  const [program = '', ...words] = commandOf(startCase, node);
  const startedAtMs = performance.now();
  const child = spawn(program, words, {
    cwd: packageRoot(),
    env: environment,
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const text = (): string => readFileSync(outputFile, 'utf8');
  try {
    const { interruptAfterMs } = startCase;
    const isOver = async (): Promise<boolean> => hasEnded(child) || RUNS.test(text());
    await pollUntil(isOver, { intervalMs: POLL_MS, timeoutMs: interruptAfterMs ?? START_MAX_MS });
    const tookMs = performance.now() - startedAtMs;
    const ran = RUNS.test(text());
    const endedByItself = hasEnded(child);
    if (child.pid !== undefined) sendSignal(-child.pid, 'SIGINT');
    const stopped = await pollUntil(async () => hasEnded(child), { intervalMs: POLL_MS, timeoutMs: STOP_MAX_MS });
    const exitCode = stopped === undefined ? 'none: it did not stop' : await exitCodeOf(child);
    // A runner such as yarn may end before what it ran has stopped.
    const isGone = async (): Promise<boolean> => runningProcesses(dataDir).length === 0;
    await pollUntil(isGone, { intervalMs: POLL_MS, timeoutMs: STOP_MAX_MS });
    const left = runningProcesses(dataDir);
    const met = startCase.ends === 'healthy' ? /oncefill is healthy after/.test(text()) : startCase.ends.test(text());
    const isSentence = !/\n {4}at /.test(text());
    const how = ran ? 'runs' : endedByItself ? 'ended' : 'was interrupted';
    const leftWords = left.length === 0 ? '' : `; LEFT BEHIND: ${left.join(', ')}`;
    return {
      isExpected: met && isSentence && left.length === 0 && stopped !== undefined,
      told: `${how} after ${(tookMs / 1_000).toFixed(1)} s, exit code ${exitCode}${leftWords}`,
      lastLines: (ran
        ? (text().match(/^.*(healthy after|not all is well).*$/m) ?? [])
        : text().trim().split('\n')
      ).slice(ran ? 0 : -LINES_SHOWN, ran ? 1 : undefined),
      transcript: text(),
    };
  } finally {
    if (child.pid !== undefined) sendSignal(-child.pid, 'SIGKILL');
    for (const pid of runningProcesses(dataDir)) sendSignal(pid, 'SIGKILL');
    if (existsSync(dataDir)) spawnSync('umount', [dataDir], { stdio: 'ignore' });
    rmSync(place.folder, { recursive: true, force: true });
  }
}

function readWords(words: readonly string[]): { node: string; transcripts?: string; part: string } {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: { node: { type: 'string', default: process.execPath }, transcripts: { type: 'string' } },
    allowPositionals: true,
  });
  return { ...values, part: positionals.join(' ') };
}

async function main(words: readonly string[]): Promise<void> {
  const { node, transcripts, part } = readWords(words);
  if (transcripts !== undefined) writeFileSync(transcripts, '');
  // Somebody's, so that a port is busy.
  const holder = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => holder.once('listening', resolve));
  const address = holder.address();
  process.env['BUSY_PORT'] = typeof address === 'object' && address ? String(address.port) : '';
  let unexpected = 0;
  for (const startCase of CASES.filter(({ name }) => name.includes(part))) {
    const { isExpected, told, lastLines, transcript } =
      startCase.skipped === undefined
        ? await tryCase(startCase, node)
        : { isExpected: true, told: `not tried: ${startCase.skipped}`, lastLines: [], transcript: '' };
    if (!isExpected) unexpected += 1;
    const line = `${isExpected ? 'ok ' : 'NOT'} ${startCase.name}: ${told}\n`;
    process.stdout.write(line);
    if (transcripts !== undefined) appendFileSync(transcripts, `== ${line}${transcript}\n`);
    for (const last of lastLines) process.stdout.write(`      ${last}\n`);
  }
  holder.close();
  process.stdout.write(`${unexpected === 0 ? 'Every start ended as it should.' : `${unexpected} did not.`}\n`);
  process.exitCode = unexpected === 0 ? 0 : 1;
}

void main(process.argv.slice(2));
