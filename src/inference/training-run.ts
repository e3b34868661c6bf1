/** One run of the training package in a process of its own, at the lowest priority and within bounds. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

export const TRAINED_NAME = 'retrained';
export const TRAINING_LOG = 'training.log';
const RESULT_FILE = 'result.json';
const LOG_BYTES_MAX = 1024 ** 2;
const LINE_CHARACTERS_MAX = 300;
const RESULT_BYTES_MAX = 64 * 1024;
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** For a process that does not heed the first word. */
const KILL_AFTER_MS = 5_000;
/** Set before it begins, and heeded also where this process is gone: so much processor time, in seconds, per second of time limit. */
const PROCESSOR_SHARE = 2;

export interface TrainingOptions {
  /** The folder that holds `training`. */
  readonly packageRoot: string;
  /** The folder of candle files. Absent: none is configured. */
  readonly candlesDir?: string;
  /** The file of the model that serves. */
  readonly against: string;
  /** Where it may write; what was there is removed. */
  readonly folder: string;
  readonly timeoutMs: number;
  readonly stop: AbortSignal;
  /** Of its progress, a line. */
  readonly tell: (line: string) => void;
}

const resultSchema = z.object({
  outcome: z.enum(['better', 'not better', 'nothing new']),
  words: z.string().max(1_000),
});

export type TrainingOutcome =
  | { readonly outcome: 'better' | 'not better' | 'nothing new'; readonly words: string }
  | { readonly outcome: 'failed'; readonly code: TrainingFault; readonly words: string };

type TrainingFault =
  'PYTHON_MISSING' | 'DATA_MISSING' | 'TRAINING_FAILED' | 'TRAINING_TIMED_OUT' | 'TRAINING_INTERRUPTED';

/** Where a model is that was better. */
export function trainedModel(folder: string): string {
  return join(folder, `${TRAINED_NAME}.onnx`);
}

/** Trains a model and lets it meet the one that serves, on candles that neither has seen. Throws only what the disk refuses. */
export async function runTraining(options: TrainingOptions): Promise<TrainingOutcome> {
  const { packageRoot, candlesDir, folder } = options;
  const python = join(packageRoot, 'training', '.venv', 'bin', 'python');
  if (!existsSync(python)) {
    return failed(
      'PYTHON_MISSING',
      `The training's Python is not at ${python}: run training/train.sh --data DIR once by hand, which installs its packages.`,
    );
  }
  if (candlesDir === undefined) {
    return failed(
      'DATA_MISSING',
      'There are no candles to train on: set ml.retrain.dataDir to a folder of candle files, and restart the ML manager.',
    );
  }
  if (!(await stat(candlesDir).catch(() => undefined))?.isDirectory()) {
    return failed(
      'DATA_MISSING',
      `There are no candles to train on: ml.retrain.dataDir is ${candlesDir}, and no folder is there.`,
    );
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  return runPython(python, { ...options, candlesDir });
}

async function runPython(
  python: string,
  options: TrainingOptions & { readonly candlesDir: string },
): Promise<TrainingOutcome> {
  const { folder, timeoutMs, stop } = options;
  const timeUp = AbortSignal.timeout(timeoutMs);
  const { exitCode, lastLine } = await untilEnded(
    startPython(python, options),
    AbortSignal.any([timeUp, stop]),
    options,
  );
  if (timeUp.aborted) {
    return failed(
      'TRAINING_TIMED_OUT',
      `The training was ended after ${timeoutMs / 60_000} minutes (ml.retrain.timeoutMinutes).`,
    );
  }
  if (stop.aborted) return failed('TRAINING_INTERRUPTED', 'The training was ended because its process was stopped.');
  if (exitCode !== 0) {
    return failed(
      'TRAINING_FAILED',
      `The training ended with code ${exitCode}: ${lastLine} (${join(folder, TRAINING_LOG)})`,
    );
  }
  const result = await readResult(join(folder, RESULT_FILE));
  return (
    result ?? failed('TRAINING_FAILED', `The training left no result that can be read: ${join(folder, TRAINING_LOG)}`)
  );
}

function startPython(
  python: string,
  { packageRoot, candlesDir, against, folder, timeoutMs }: TrainingOptions & { readonly candlesDir: string },
): ChildProcess {
  const program = ['-B', '-m', 'training', '--data', candlesDir, '--name', TRAINED_NAME, '--against', against];
  const places = ['--models', folder, '--vectors', folder, '--result', join(folder, RESULT_FILE)];
  const seconds = String(Math.ceil((PROCESSOR_SHARE * timeoutMs) / 1_000));
  const { PATH, HOME } = process.env;
  return spawn('/bin/sh', ['-c', 'ulimit -t "$0"; exec nice -n 19 "$@"', seconds, python, ...program, ...places], {
    cwd: packageRoot,
    // A group of its own, so that all of it can be ended; and nothing of what this process knows.
    detached: true,
    env: { PATH, HOME, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', PYTHONUNBUFFERED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Keeps what it writes, within a bound, and ends it where it has to end. */
async function untilEnded(
  child: ChildProcess,
  end: AbortSignal,
  { folder, tell }: Pick<TrainingOptions, 'folder' | 'tell'>,
): Promise<{ readonly exitCode: number | null; readonly lastLine: string }> {
  const log = createWriteStream(join(folder, TRAINING_LOG), { mode: FILE_MODE });
  let lastLine = 'it said nothing.';
  let bytes = 0;
  const hear = (line: string): void => {
    const text = line.slice(0, LINE_CHARACTERS_MAX);
    if (text.trim() === '') return;
    lastLine = text.trim();
    tell(lastLine);
    bytes += Buffer.byteLength(text) + 1;
    if (bytes <= LOG_BYTES_MAX) log.write(`${text}\n`);
  };
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', hear);
  }
  const kill = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // It has ended.
    }
  };
  let killing: NodeJS.Timeout | undefined;
  const onEnd = (): void => {
    kill('SIGTERM');
    killing = setTimeout(() => kill('SIGKILL'), KILL_AFTER_MS);
  };
  if (end.aborted) onEnd();
  end.addEventListener('abort', onEnd, { once: true });
  try {
    const exitCode = await new Promise<number | null>((resolve) => {
      child.once('error', ({ message }) => {
        hear(message);
        resolve(null);
      });
      child.once('close', resolve);
    });
    return { exitCode, lastLine };
  } finally {
    end.removeEventListener('abort', onEnd);
    clearTimeout(killing);
    log.end();
  }
}

async function readResult(path: string): Promise<z.infer<typeof resultSchema> | undefined> {
  try {
    if ((await stat(path)).size > RESULT_BYTES_MAX) return undefined;
    return resultSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

function failed(code: TrainingFault, words: string): TrainingOutcome {
  return { outcome: 'failed', code, words };
}
