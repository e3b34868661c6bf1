// Prints Jest's counts as `N passed, N failed` with `, N skipped` if any.
//
//   node scripts/count-tests.mjs RESULTS_FILE EXIT_STATUS
//
// A run that failed without a failed test (a check before Jest, say, or a test file that cannot be loaded) counts as one
// failure, so that the line never looks better than the exit status.
import { existsSync, readFileSync } from 'node:fs';

const [resultsFile, exitStatus] = process.argv.slice(2);

function readCounts() {
  if (!existsSync(resultsFile)) return { passed: 0, failed: 0, skipped: 0 };
  const results = JSON.parse(readFileSync(resultsFile, 'utf8'));
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

const { passed, failed, skipped } = readCounts();
const hasFailed = exitStatus !== '0' || passed === 0;
const skippedText = skipped === 0 ? '' : `, ${skipped} skipped`;
console.log(`${passed} passed, ${hasFailed ? Math.max(failed, 1) : failed} failed${skippedText}`);
