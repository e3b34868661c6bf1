/** The preload that makes the engine's clock wrong: there, in its threads, and nowhere else. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineClock } from '../../../chaos/engine-clock';
import { childEnvironment } from '../../../harness/child-environment';

const SHIFT_MS = 3_600_000;
/** More than a start of a process takes on a busy machine, and less than the shift. */
const TOLERANCE_MS = 60_000;

const READ_CLOCKS = `
  const { Worker } = require('node:worker_threads');
  const { writeFileSync } = require('node:fs');
  const clocks = () => ({
    now: Date.now(), made: new Date().getTime(), called: Date.parse(Date()), given: new Date(5).getTime(),
    isDate: new Date() instanceof Date, monotonic: performance.now(),
  });
  const read = 'require("node:worker_threads").parentPort.postMessage(Date.now())';
  const before = clocks();
  writeFileSync(process.env.DATA_DIR + '/engine-clock', '${SHIFT_MS}');
  setTimeout(() => {
    const after = clocks();
    new Worker(read, { eval: true }).once('message', (thread) => {
      console.log(JSON.stringify({ before, after, thread }));
    });
  }, 50);
`;

type Clocks = Readonly<Record<'now' | 'made' | 'called' | 'given' | 'monotonic', number>> & {
  readonly isDate: boolean;
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine clock-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the script above with the preload, as the process that is named by the argument. */
function clocksOf(component: string): { readonly before: Clocks; readonly after: Clocks; readonly thread: number } {
  const env = childEnvironment({ DATA_DIR: folder });
  const words = [...new EngineClock(folder, 1).nodeOptions, '-e', READ_CLOCKS, component];
  const output = execFileSync(process.execPath, words, { env, encoding: 'utf8' });
  return JSON.parse(output) as ReturnType<typeof clocksOf>;
}

function isAbout(actualMs: number, expectedMs: number): boolean {
  return Math.abs(actualMs - expectedMs) < TOLERANCE_MS;
}

test("the engine's dates follow the file, also in its threads, and its monotonic clock does not", () => {
  const startedAtMs = Date.now();
  const { before, after, thread } = clocksOf('trading_engine');
  expect(isAbout(before.now, startedAtMs)).toBe(true);
  for (const shifted of [after.now, after.made, after.called, thread]) {
    expect(isAbout(shifted, startedAtMs + SHIFT_MS)).toBe(true);
  }
  expect(after).toMatchObject({ given: 5, isDate: true });
  expect(after.monotonic - before.monotonic).toBeLessThan(TOLERANCE_MS);
});

test('no other process of the product has its clock shifted', () => {
  const startedAtMs = Date.now();
  const { after, thread } = clocksOf('api');
  for (const right of [after.now, after.made, thread]) expect(isAbout(right, startedAtMs)).toBe(true);
});
