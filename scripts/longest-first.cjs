const { relative } = require('node:path');

/**
 * What takes longest, first: the beginnings of the paths of test files; what no line names takes seconds, and comes last. Those
 * that attack whole products need the processor; those between them mostly wait.
 */
const LONGEST_FIRST = [
  'test/e2e/night',
  'test/e2e/kept-seeds',
  'test/workflow/missing-order',
  'test/workflow/ml-manager.',
  'test/workflow/skewed-clock',
  'test/workflow/long-wait',
  'test/e2e/chaos',
  'test/e2e/start',
  'test/workflow/signal',
  'test/e2e/',
  'test/workflow/one-order',
  'test/workflow/limiter',
  'test/workflow/opposite-entry',
  'test/workflow/intake',
  'test/workflow/lost-workflows',
  'test/workflow/',
  'test/replay/',
  'test/contract/',
  'test/build/',
  'test/unit/intake/hand-over/',
  'test/unit/scripts/',
  'test/unit/supervisor/',
  'test/property/',
];

/**
 * Begins with the tests that take minutes, so that none of them is alone at the end while the other core waits. Jest would
 * learn this from earlier runs; a fresh clone has had none.
 */
module.exports = class LongestFirst {
  sort(tests) {
    return [...tests].sort((one, other) => rankOf(one) - rankOf(other) || (one.path < other.path ? -1 : 1));
  }

  // The rest of what Jest asks of a sequencer: nothing is remembered from run to run, and nothing is split.
  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}

  shard(tests) {
    return tests;
  }
};

function rankOf({ path, context }) {
  const file = relative(context.config.rootDir, path);
  const rank = LONGEST_FIRST.findIndex((beginning) => file.startsWith(beginning));
  return rank < 0 ? LONGEST_FIRST.length : rank;
}
