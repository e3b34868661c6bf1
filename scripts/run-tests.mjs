import { delimiter, join } from 'node:path';
import { describePinsAge, readPinsPage } from './pins-age.mjs';
import { runStep } from './run-step.mjs';
import { tell } from './tell.mjs';

/** Jest's counts for programs; .ci/run reads them. */
export const TEST_RESULTS_FILE = 'dist/test-results.json';

/**
 * Every check, cheapest first; the first failure ends them.
 *
 * @param {string} root the project's folder
 * @param {readonly string[]} jestArguments passed on to Jest
 * @throws StepFailure
 */
export async function runTests(root, jestArguments) {
  const tool = (path, ...args) => [process.execPath, join(root, 'node_modules', path), ...args];
  const results = ['--json', `--outputFile=${join(root, TEST_RESULTS_FILE)}`];
  const steps = [
    ['The type check', tool('typescript/bin/tsc', '--project', 'tsconfig.json', '--noEmit')],
    ['The type check of the page', tool('typescript/bin/tsc', '--project', 'page/tsconfig.json')],
    ['The linter', tool('oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '.')],
    ['The format check', tool('prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.')],
    ['Jest', tool('jest/bin/jest.js', ...results, ...jestArguments)],
  ];
  // The linter looks for its type checker on PATH, where npm puts this folder and a plain `node` does not.
  const env = { ...process.env, PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter) };
  const warning = describePinsAge(readPinsPage(root), Date.now());
  if (warning !== undefined) tell(warning);
  for (const [name, command] of steps) await runStep(name, command, { cwd: root, env });
}
