// Jest runs this before each run, whoever started it: `npm test`, `npx jest`, an editor, a watch. Tests load the sources
// themselves; the workflow bundle and the program that some of them start come from dist.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAM } from './build.mjs';
import { installIsNeeded, prepare } from './prepare.mjs';
import { StepFailure } from './run-step.mjs';
import { tell } from './tell.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * @param {import('jest').Config} config of the whole run
 * @throws StepFailure when the program cannot be built: no test runs then
 */
export default async function setUp({ watch, watchAll }) {
  delete process.env.JEST_BUILD_FAILURE;
  // Jest itself runs from what an installation would replace.
  if (installIsNeeded(ROOT))
    tell('The installed dependencies may be older than package-lock.json; npm ci renews them.');
  try {
    await prepare(ROOT, { builds: [PROGRAM], installs: false });
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    const sentence = `No test was run, because the sources could not be built. ${error.message}`;
    // A watch never runs again after an error here: jest-build-failure.cjs fails every test file instead.
    if (watch || watchAll) process.env.JEST_BUILD_FAILURE = sentence;
    // Jest prints the stack, which would say nothing to who changed the sources.
    else throw Object.assign(error, { stack: sentence });
  }
}
