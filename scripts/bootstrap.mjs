// Runs the program or its tests from a checkout in any state: installs and builds what is missing, then gives way.
//
//   node scripts/bootstrap.mjs start [arguments of `oncefill start`]
//   node scripts/bootstrap.mjs test [arguments of Jest]
//   node scripts/bootstrap.mjs cli [any command of oncefill]
//
// For developers, with the dependencies that are there:
//
//   node scripts/bootstrap.mjs build
//   node scripts/bootstrap.mjs tool FILE [its arguments]    FILE is a program beside ours, such as chaos/main.ts
//
// Needs nothing but Node.js: it runs before any dependency is there.
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PROGRAM, TOOLS } from './build.mjs';
import freshness from './freshness.cjs';
import { prepare } from './prepare.mjs';
import { StepFailure } from './run-step.mjs';
import { runTests, TEST_RESULTS_FILE } from './run-tests.mjs';

// Before anything is written, and inherited by all that is started: what we make is ours alone to read.
process.umask(0o077);

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const COMMAND_LINE = 'src/cli/main.ts';
const USAGE_EXIT_CODE = 2;

function checkNodeVersion() {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  if (freshness.isNodeSupported(process.versions.node, engines.node)) return;
  const message = `Node.js ${process.versions.node} is too old: install ${engines.node.replace('>=', '')} or later.`;
  throw new StepFailure(message, USAGE_EXIT_CODE);
}

/** The bundler takes the first two for words of its own; no terminal shows the others. */
const UNUSABLE_IN_FOLDER = /[?!\p{Cc}]/u;

function checkFolder() {
  const [character] = UNUSABLE_IN_FOLDER.exec(ROOT) ?? [];
  if (character === undefined) return;
  const message = `oncefill cannot be built in a folder whose path holds ${JSON.stringify(character)} (${JSON.stringify(ROOT)}): move it to another one.`;
  throw new StepFailure(message, USAGE_EXIT_CODE);
}

/** In this process, so that signals and the terminal need no forwarding. */
async function runCompiled(source, programArguments) {
  const program = join(ROOT, 'dist', source.replace(/\.ts$/, '.js'));
  process.argv = [process.argv[0], program, ...programArguments];
  await import(pathToFileURL(program).href);
}

async function main([task, ...taskArguments]) {
  checkNodeVersion();
  checkFolder();
  switch (task) {
    case 'start':
      await prepare(ROOT, { builds: [PROGRAM], installs: true });
      return runCompiled(COMMAND_LINE, ['start', ...taskArguments]);
    case 'cli':
      await prepare(ROOT, { builds: [PROGRAM], installs: true });
      return runCompiled(COMMAND_LINE, taskArguments);
    case 'test':
      // Results of an earlier run must not pass for this one's.
      rmSync(join(ROOT, TEST_RESULTS_FILE), { force: true });
      await prepare(ROOT, { builds: [], installs: true });
      return runTests(ROOT, {
        build: () => prepare(ROOT, { builds: [PROGRAM], installs: false }),
        jestArguments: taskArguments,
      });
    case 'build':
      return prepare(ROOT, { builds: [PROGRAM], installs: false });
    case 'tool':
      await prepare(ROOT, { builds: [PROGRAM, TOOLS], installs: false });
      return runCompiled(taskArguments[0], taskArguments.slice(1));
    default:
      throw new StepFailure('Usage: node scripts/bootstrap.mjs start|test|cli|build|tool [arguments]', USAGE_EXIT_CODE);
  }
}

/** Folders of others, file systems that are full or can only be read: nothing that a stack would explain. */
function explain({ code, path, syscall, message, stack }) {
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EISDIR', 'EEXIST'].includes(code) || !path)
    return stack;
  const reason = message.slice(0, message.indexOf(', '));
  return `${path} cannot be used (${syscall}: ${reason}): installing and building write to ${ROOT}, and every start reads it; use a folder and a disk of your own, or run as the user who built it.`;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof StepFailure ? error.message : explain(error)}\n`);
  process.exitCode = error.exitCode ?? 1;
}
