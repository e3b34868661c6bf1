import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withBuildLock } from './build-lock.mjs';
import freshness from './freshness.cjs';
import { runStep } from './run-step.mjs';

const { fingerprintSources, needsBuild, needsInstall } = freshness;

/** Everything that the build makes and the program cannot run without. */
const OUTPUTS = ['dist/src/cli/main.js', 'dist/workflow-bundle.js'];
const BUILD_STAMP = 'dist/.sources.sha256';
/** Inside node_modules, so that it vanishes together with what it describes. */
const INSTALL_STAMP = 'node_modules/.package-lock.sha256';

function readIfPresent(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function hashFile(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function tell(text) {
  process.stderr.write(`${text}\n`);
}

/** npm as the one that runs us, or the one on PATH. */
function npmCommand() {
  const npm = process.env.npm_execpath;
  return npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
}

function installIsNeeded(root) {
  // npm writes this file last: without it an installation was interrupted.
  const installed = join(root, 'node_modules/.package-lock.json');
  const lock = join(root, 'package-lock.json');
  return needsInstall({
    installedMs: existsSync(installed) ? statSync(installed).mtimeMs : undefined,
    lockMs: statSync(lock).mtimeMs,
    installedHash: readIfPresent(join(root, INSTALL_STAMP)),
    lockHash: hashFile(lock),
  });
}

function buildIsNeeded(root, sourceFingerprint) {
  return needsBuild({
    builtFingerprint: readIfPresent(join(root, BUILD_STAMP)),
    sourceFingerprint,
    hasOutputs: OUTPUTS.every((path) => existsSync(join(root, path))),
  });
}

async function install(root) {
  tell('Installing dependencies …');
  const startedMs = Date.now();
  // The build needs the development dependencies even where NODE_ENV is production.
  const options = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  await runStep('npm ci', [...npmCommand(), 'ci', ...options], { cwd: root, quiet: true });
  writeFileSync(join(root, INSTALL_STAMP), hashFile(join(root, 'package-lock.json')));
  tell(`Installed in ${Math.round((Date.now() - startedMs) / 1_000)} s.`);
}

async function build(root, sourceFingerprint) {
  tell('Building …');
  const startedMs = Date.now();
  await runStep('The build', [...npmCommand(), 'run', 'build', '--silent'], { cwd: root, quiet: true });
  mkdirSync(join(root, 'dist'), { recursive: true });
  // The fingerprint taken before the build: a file that was changed meanwhile is built again the next time.
  writeFileSync(join(root, BUILD_STAMP), sourceFingerprint);
  tell(`Built in ${Math.round((Date.now() - startedMs) / 1_000)} s.`);
}

/**
 * Installs and builds what is missing or out of date; returns at once when nothing is.
 *
 * @param {string} root the project's folder
 */
export async function prepare(root) {
  if (!installIsNeeded(root) && !buildIsNeeded(root, fingerprintSources(root))) return;
  const onWait = () => tell('Waiting for another process that installs or builds here …');
  await withBuildLock(join(root, 'dist/.build.lock'), onWait, async () => {
    if (installIsNeeded(root)) await install(root);
    const sourceFingerprint = fingerprintSources(root);
    if (buildIsNeeded(root, sourceFingerprint)) await build(root, sourceFingerprint);
  });
}
