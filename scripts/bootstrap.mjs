// Runs the program or its tests from a checkout in any state: installs and builds what is missing, then gives way.
//
//   node scripts/bootstrap.mjs start [arguments of `oncefill start`]
//   node scripts/bootstrap.mjs test [arguments of Jest]
//   node scripts/bootstrap.mjs cli [any command of oncefill]
//
// Needs nothing but Node.js: it runs before any dependency is there.
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import freshness from './freshness.cjs';
import { prepare } from './prepare.mjs';
import { StepFailure } from './run-step.mjs';
import { runTests, TEST_RESULTS_FILE } from './run-tests.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PROGRAM = join(ROOT, 'dist/src/cli/main.js');
const USAGE_EXIT_CODE = 2;

function checkNodeVersion() {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  if (freshness.isNodeSupported(process.versions.node, engines.node)) return;
  const message = `Node.js ${process.versions.node} is too old: install ${engines.node.replace('>=', '')} or later.`;
  throw new StepFailure(message, USAGE_EXIT_CODE);
}

/** In this process, so that signals and the terminal need no forwarding. */
async function runProgram(programArguments) {
  process.argv = [process.argv[0], PROGRAM, ...programArguments];
  await import(pathToFileURL(PROGRAM).href);
}

async function main([task, ...taskArguments]) {
  checkNodeVersion();
  switch (task) {
    case 'start':
      await prepare(ROOT);
      return runProgram(['start', ...taskArguments]);
    case 'cli':
      await prepare(ROOT);
      return runProgram(taskArguments);
    case 'test':
      // Results of an earlier run must not pass for this one's.
      rmSync(join(ROOT, TEST_RESULTS_FILE), { force: true });
      await prepare(ROOT);
      return runTests(ROOT, taskArguments);
    default:
      throw new StepFailure('Usage: node scripts/bootstrap.mjs start|test|cli [arguments]', USAGE_EXIT_CODE);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof StepFailure ? error.message : error.stack}\n`);
  process.exitCode = error.exitCode ?? 1;
}
