import { delimiter, join } from 'node:path';
import { describePinsAge, readPinsPage } from './pins-age.mjs';
import { runStep } from './run-step.mjs';
import { tell } from './tell.mjs';

/** Jest's counts for programs; .ci/run reads them. */
export const TEST_RESULTS_FILE = 'dist/test-results.json';

/**
 * What looks at the sources and needs no build: two lanes, because the format check has but one thread. In a lane the first failure
 * ends the rest.
 */
function checkLanes(tool) {
  return [
    [
      ['The type check', tool('typescript/bin/tsc', '--project', 'tsconfig.json', '--noEmit')],
      ['The type check of the page', tool('typescript/bin/tsc', '--project', 'page/tsconfig.json')],
      ['The linter', tool('oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '.')],
    ],
    [['The format check', tool('prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.')]],
  ];
}

/** To their ends, so that none goes on behind the message of a failure. @throws what the first of them to fail threw */
async function sideBySide(works) {
  const failures = [];
  await Promise.all(works.map((work) => work.catch((error) => failures.push(error))));
  if (failures.length > 0) throw failures[0];
}

/**
 * Every check beside the build, then the tests; a failure ends them before the tests.
 *
 * @param {string} root the project's folder, with its dependencies
 * @param {object} what
 * @param {() => Promise<void>} what.build makes what the tests need
 * @param {readonly string[]} what.jestArguments passed on to Jest
 * @throws StepFailure
 */
export async function runTests(root, { build, jestArguments }) {
  const tool = (path, ...args) => [process.execPath, join(root, 'node_modules', path), ...args];
  // The linter looks for its type checker on PATH, where npm puts this folder and a plain `node` does not.
  const env = { ...process.env, PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter) };
  const run = async (steps) => {
    for (const [name, command] of steps) await runStep(name, command, { cwd: root, env });
  };
  const warning = describePinsAge(readPinsPage(root), Date.now());
  if (warning !== undefined) tell(warning);
  await sideBySide([build(), ...checkLanes(tool).map(run)]);
  const results = ['--json', `--outputFile=${join(root, TEST_RESULTS_FILE)}`];
  await run([['Jest', tool('jest/bin/jest.js', ...results, ...jestArguments)]]);
}
