/** The training's Python is played by a shell script that stands where it is expected. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTraining, TRAINING_LOG, type TrainingOptions } from '../../../src/inference/training-run';

const HOUR_MS = 3_600_000;
/** Finds where the result is to go, as the real one does. */
const RESULT = 'while [ "$1" != --result ]; do shift; done; result=$2';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'training-run-'));
  mkdirSync(join(root, 'candles'));
});

afterEach(() => rmSync(root, { recursive: true }));

function python(...script: readonly string[]): void {
  const folder = join(root, 'training', '.venv', 'bin');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'python'), ['#!/bin/sh', ...script].join('\n'));
  chmodSync(join(folder, 'python'), 0o700);
}

function train(overrides: Partial<TrainingOptions> = {}) {
  return runTraining({
    packageRoot: root,
    candlesDir: join(root, 'candles'),
    against: '/models/old.onnx',
    folder: join(root, 'work'),
    timeoutMs: HOUR_MS,
    stop: new AbortController().signal,
    tell: () => undefined,
    ...overrides,
  });
}

test('without its Python, or without candles, one sentence says what to do', async () => {
  expect(await train()).toMatchObject({ code: 'PYTHON_MISSING', words: expect.stringContaining('train.sh') });
  python('exit 0');
  expect(await train({ candlesDir: undefined })).toMatchObject({ code: 'DATA_MISSING' });
  expect(await train({ candlesDir: join(root, 'nowhere') })).toMatchObject({ code: 'DATA_MISSING' });
});

test('what it says is told and kept, and its result is read', async () => {
  python(RESULT, 'echo fold 1', 'echo "{\\"outcome\\":\\"not better\\",\\"words\\":\\"gain 0 %\\"}" > "$result"');
  const told: string[] = [];
  expect(await train({ tell: (line) => told.push(line) })).toEqual({ outcome: 'not better', words: 'gain 0 %' });
  expect(told).toEqual(['fold 1']);
  expect(readFileSync(join(root, 'work', TRAINING_LOG), 'utf8')).toBe('fold 1\n');
});

test('it runs at the lowest priority, and knows nothing of what this process knows', async () => {
  process.env['SECRET_OF_THE_TEST'] = 'secret';
  try {
    python(RESULT, 'echo "$(nice) ${SECRET_OF_THE_TEST:-none}"', 'exit 3');
    expect(await train()).toMatchObject({ code: 'TRAINING_FAILED', words: expect.stringContaining('19 none') });
  } finally {
    delete process.env['SECRET_OF_THE_TEST'];
  }
});

test.each([
  ['nothing', 'true'],
  ['no JSON', 'echo nonsense > "$result"'],
  ['another word', 'echo "{\\"outcome\\":\\"won\\",\\"words\\":\\"\\"}" > "$result"'],
])('a result of %s is none', async (_name, script) => {
  python(RESULT, script);
  expect(await train()).toMatchObject({ outcome: 'failed', code: 'TRAINING_FAILED' });
});

test('all of it is ended when its process is stopped, and when its time is up', async () => {
  python('sleep 600 &', 'wait');
  const stopping = new AbortController();
  const stopped = train({ stop: stopping.signal, tell: () => undefined });
  setTimeout(() => stopping.abort(), 100);
  expect(await stopped).toMatchObject({ code: 'TRAINING_INTERRUPTED' });
  expect(await train({ timeoutMs: 1 })).toMatchObject({ code: 'TRAINING_TIMED_OUT' });
});
