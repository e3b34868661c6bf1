const { relative } = require('node:path');

/** Folders whose tests wait for real servers, the longest first; the rest takes seconds. */
const LONG_FOLDERS = ['test/e2e/kept-seeds', 'test/e2e/', 'test/workflow/', 'test/property/'];

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
  const rank = LONG_FOLDERS.findIndex((folder) => file.startsWith(folder));
  return rank < 0 ? LONG_FOLDERS.length : rank;
}
