/**
 * What has to be done before the program or a test can run: pure decisions, and the fingerprint they rest on.
 * CommonJS, because Jest's tests load it too.
 */
const { createHash } = require('node:crypto');
const { existsSync, readdirSync, readFileSync, statSync } = require('node:fs');
const { join } = require('node:path');

/** What the compiler can read; other files in the folders of sources are data of tests. */
const SOURCE_FILE = /\.(?:[cm]?tsx?|json)$/;

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
 * The npm that runs us. Yarn and pnpm name themselves in the same variable, and have no command that installs what npm's lock
 * file says.
 *
 * @param {string | undefined} runner the variable npm_execpath
 * @returns {string | undefined} a file for Node.js; undefined: npm has to be found on PATH
 */
function npmOf(runner) {
  return /(?:^|[\\/])npm-cli\.js$/.test(runner ?? '') ? runner : undefined;
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

/** Of a TypeScript configuration: its own values before those of the one that it extends. */
function readConfig(root, name) {
  const own = JSON.parse(readFileSync(join(root, name), 'utf8'));
  return own.extends === undefined ? own : { ...readConfig(root, own.extends), ...own };
}

/**
 * The folders that a TypeScript configuration includes, those that are there.
 *
 * @param {string} root the project's folder
 * @param {string} config the configuration's file name; its `include` and `exclude` name plain folders
 */
function includedFolders(root, config) {
  return readConfig(root, config).include.filter((folder) => existsSync(join(root, folder)));
}

function listFiles(root, folder, excluded = []) {
  if (excluded.includes(folder)) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? listFiles(root, path, excluded) : [path];
  });
}

function sorted(paths) {
  return paths.toSorted((one, other) => (one < other ? -1 : 1));
}

/**
 * The files that a build compiles, relative to the project's folder.
 *
 * @param {string} root the project's folder
 * @param {string} config file name of the build's TypeScript configuration
 */
function listSources(root, config) {
  const { exclude = [] } = readConfig(root, config);
  const files = includedFolders(root, config).flatMap((folder) => listFiles(root, folder, exclude));
  return sorted(files.filter((path) => SOURCE_FILE.test(path)));
}

/** Files that decide what a build makes, beside the sources. */
function listBuildFiles(root) {
  const configs = readdirSync(root).filter((name) => /^tsconfig.*\.json$/.test(name));
  return sorted(['package.json', 'package-lock.json', ...configs, ...listFiles(root, 'scripts')]);
}

/**
 * Everything that decides what a build makes, relative to the project's folder.
 *
 * @param {string} root the project's folder
 * @param {string} config file name of the build's TypeScript configuration
 */
function listInputs(root, config) {
  return [...listBuildFiles(root), ...listSources(root, config)];
}

/**
 * A hash over names and contents of everything that decides what a build makes.
 *
 * @param {string} root the project's folder
 * @param {string} config file name of the build's TypeScript configuration
 */
function fingerprintSources(root, config) {
  const hash = createHash('sha256');
  for (const path of listInputs(root, config)) {
    const content = readFileSync(join(root, path));
    // The length keeps "ab" + "c" apart from "a" + "bc".
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/**
 * A hash that no change leaves as it was, not even one that is taken back: the system counts the time of a file's last change,
 * and nobody can set it.
 *
 * @param {string} root the project's folder
 * @param {string} config file name of the build's TypeScript configuration
 */
function markSources(root, config) {
  const hash = createHash('sha256');
  for (const path of listInputs(root, config)) {
    const { ino, ctimeNs } = statSync(join(root, path), { bigint: true });
    hash.update(`${path}\0${ino}\0${ctimeNs}\0`);
  }
  return hash.digest('hex');
}

module.exports = {
  isNodeSupported,
  npmOf,
  needsInstall,
  needsBuild,
  includedFolders,
  listSources,
  listInputs,
  fingerprintSources,
  markSources,
};
