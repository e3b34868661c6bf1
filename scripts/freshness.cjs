/**
 * What the bootstrap has to do before it can run the program: pure decisions, and the fingerprint they rest on.
 * CommonJS, because Jest's tests load it too.
 */
const { createHash } = require('node:crypto');
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/** Files that decide what the build makes, beside the sources. */
const BUILD_FILES = ['package.json', 'package-lock.json', 'tsconfig.json'];
/** Folders that the program is made of; tests and benchmarks are not part of it. */
const SOURCE_FOLDERS = ['src', 'workflows', 'activities', 'workers'];

/**
 * Whether this Node.js can run the program.
 *
 * @param {string} version such as `20.19.0`
 * @param {string} range the `engines.node` of package.json, `>=` and a version
 */
function isNodeSupported(version, range) {
  const actual = version.split('.').map(Number);
  const minimum = range.replace('>=', '').trim().split('.').map(Number);
  for (let part = 0; part < minimum.length; part += 1) {
    if (actual[part] !== minimum[part]) return actual[part] > minimum[part];
  }
  return true;
}

/**
 * Whether dependencies must be installed. The lock file's content decides where it is known what was installed; after an
 * installation that was not ours only the times can.
 *
 * @param {object} state
 * @param {number | undefined} state.installedMs when dependencies were installed; undefined: never
 * @param {number} state.lockMs when package-lock.json was changed
 * @param {string | undefined} state.installedHash of the lock file that was installed, where it is known
 * @param {string} state.lockHash of the lock file
 */
function needsInstall({ installedMs, lockMs, installedHash, lockHash }) {
  if (installedMs === undefined) return true;
  if (installedHash !== undefined) return installedHash !== lockHash;
  return installedMs < lockMs;
}

/**
 * Whether the program must be built.
 *
 * @param {object} state
 * @param {string | undefined} state.builtFingerprint of the sources that were built; undefined: never built
 * @param {string} state.sourceFingerprint of the sources
 * @param {boolean} state.hasOutputs whether everything that the build makes is there
 */
function needsBuild({ builtFingerprint, sourceFingerprint, hasOutputs }) {
  return !hasOutputs || builtFingerprint !== sourceFingerprint;
}

function listSources(root) {
  const folders = SOURCE_FOLDERS.flatMap((folder) => {
    const entries = readdirSync(join(root, folder), { recursive: true });
    return entries.map((entry) => join(folder, String(entry)));
  });
  return folders.filter((path) => path.endsWith('.ts')).toSorted((one, other) => (one < other ? -1 : 1));
}

/**
 * A hash over names and contents of everything that the build reads.
 *
 * @param {string} root the project's folder
 */
function fingerprintSources(root) {
  const hash = createHash('sha256');
  for (const path of [...BUILD_FILES, ...listSources(root)]) {
    const content = readFileSync(join(root, path));
    // The length keeps "ab" + "c" apart from "a" + "bc".
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

module.exports = { isNodeSupported, needsInstall, needsBuild, fingerprintSources };
