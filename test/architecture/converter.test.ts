/** Whoever reads or writes histories does it with this process's keys: clients, workers and replays come from one place each. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';
import { listProjectFiles } from './project-files';

const ROOT = packageRoot();

/** Each way past the keys, with the files that may go it and why. */
const WAYS: readonly { readonly pattern: RegExp; readonly allowed: readonly string[] }[] = [
  // The one function that gives a client.
  {
    pattern: /\bnew (?:Base|Workflow|Schedule|AsyncCompletion|TaskQueue|Activity|Nexus)?Client\(/,
    allowed: ['src/temporal/client.ts'],
  },
  // The ones that give a worker and a replay.
  { pattern: /\bWorker\.(?:create|runReplayHistor)/, allowed: ['src/temporal/worker.ts'] },
  // What reads a payload as it lies there; the tests of the codec look at exactly that.
  {
    pattern: /\bdefault(?:Payload|Data|Failure)Converter\b/,
    allowed: ['test/unit/temporal/codec/history-codec.test.ts'],
  },
  // Its client has no keys: only what starts the server of a test may name it, and tests with keys ask the engine's client.
  { pattern: /\bTestWorkflowEnvironment\.create/, allowed: ['test/support/test-server.ts'] },
];

const sources = listProjectFiles(ROOT).filter((file) => /\.(?:ts|mjs|cjs|js)$/.test(file) && !file.endsWith('.d.ts'));
const texts = sources.map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));

test.each(WAYS)('$pattern stands only where the keys are given along', ({ pattern, allowed }) => {
  const found = texts.filter(({ text }) => pattern.test(text)).map(({ file }) => file);
  expect(found.toSorted()).toEqual([...allowed].toSorted());
});
