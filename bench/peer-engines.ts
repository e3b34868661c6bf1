import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../src/cli/cli-error';
import { packageRoot } from '../src/config/package-root';
import { ExitCode } from '../src/process/exit-codes';
import type { Load } from './road';
import type { Way, WayRun } from './ways';

const PEERS = ['restate', 'dbos'] as const;
type Peer = (typeof PEERS)[number];

/** Longest start of both engines, longest turn, and longest end. */
const ANSWER_MAX_MS = 120_000;

/** What bench/peers/turns.mjs answers: to its start, to a turn, to the end. */
interface Answer {
  readonly opened?: readonly { readonly key: Peer; readonly note: string }[];
  readonly leftOut?: readonly string[];
  readonly turn?: { readonly acceptedMs: number[]; readonly sagaMs: number[]; readonly perSecond: number };
  readonly closed?: boolean;
  /** One sentence. */
  readonly failure?: string;
}

/** The engines of bench/peers, up and ready for turns. */
export interface Peers {
  readonly ways: readonly Way[];
  /** What ran, and what was left out and why. */
  readonly notes: readonly string[];
  /** @throws CliError when their books do not agree */
  close(): Promise<void>;
}

/**
 * Starts the other engines in a process of their own, which has packages of its own: they are installed if they are missing.
 *
 * @throws CliError when they cannot be installed or started
 */
export async function openPeers(progress: (line: string) => void): Promise<Peers> {
  const folder = join(packageRoot(), 'bench', 'peers');
  if (!existsSync(join(folder, 'node_modules'))) await install(folder, progress);
  progress('Starting the peers …');
  // A group of its own: Ctrl-C reaches this process, and the closed channel ends the peers in order.
  const child = fork(join(folder, 'turns.mjs'), [...PEERS], {
    execArgv: ['--no-deprecation'],
    detached: true,
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    stdio: ['ignore', process.stderr, process.stderr, 'ipc'],
  });
  try {
    const { opened = [], leftOut = [] } = await answerOf(child);
    const ask = (question: object): Promise<Answer> => {
      const answer = answerOf(child);
      child.send(question);
      return answer;
    };
    return {
      ways: opened.map(({ key }) => ({ name: key, run: async (load) => turnOf(await ask(questionFor(key, load))) })),
      notes: [...opened.map(({ note }) => note), ...leftOut],
      async close() {
        // It may have ended by itself; what that was has been said then.
        if (child.connected) await ask({ close: true });
        child.disconnect();
      },
    };
  } catch (error) {
    if (child.connected) child.disconnect();
    throw error;
  }
}

function questionFor(key: Peer, { count, atOnce }: Load): object {
  return { key, count, atOnce };
}

function turnOf({ turn }: Answer): WayRun {
  if (!turn) throw failed('a turn was not answered.');
  return { acceptedMs: turn.acceptedMs, doneMs: turn.sagaMs, perSecond: turn.perSecond };
}

async function install(folder: string, progress: (line: string) => void): Promise<void> {
  progress('Installing the packages of bench/peers …');
  const child = spawn('npm', ['ci'], { cwd: folder, stdio: ['ignore', process.stderr, process.stderr] });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return;
  throw failed('their packages could not be installed: run "npm ci" in bench/peers, or measure without --peers.');
}

/** The next answer. @throws CliError for a failure, an end, or none in time */
async function answerOf(child: ChildProcess): Promise<Answer> {
  const answer = await new Promise<Answer>((resolve) => {
    const give = (value: Answer): void => {
      clearTimeout(timer);
      child.off('message', give).off('exit', ended).off('error', ended);
      resolve(value);
    };
    const ended = (): void => give({ failure: 'their process ended by itself.' });
    const late = (): void => give({ failure: `they did not answer within ${ANSWER_MAX_MS / 1_000} s.` });
    const timer = setTimeout(late, ANSWER_MAX_MS);
    child.once('message', give).once('exit', ended).once('error', ended);
  });
  if (answer.failure !== undefined) throw failed(answer.failure);
  return answer;
}

function failed(sentence: string): CliError {
  return new CliError(`The peers were not measured: ${sentence}`, ExitCode.FAILURE);
}
