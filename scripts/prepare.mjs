import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withBuildLock } from './build-lock.mjs';
import { buildIsNeeded, makeBuild } from './build.mjs';
import freshness from './freshness.cjs';
import { runStep } from './run-step.mjs';
import { tell } from './tell.mjs';

/** Inside node_modules, so that it vanishes together with what it describes. */
const INSTALL_STAMP = 'node_modules/.package-lock.sha256';

function readIfPresent(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function hashFile(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** npm as the one that runs us, or the one on PATH. */
function npmCommand() {
  const npm = freshness.npmOf(process.env.npm_execpath);
  return npm === undefined ? ['npm'] : [process.execPath, npm];
}

/**
 * Whether the installed dependencies are older than package-lock.json, or missing.
 *
 * @param {string} root the project's folder
 */
export function installIsNeeded(root) {
  // npm writes this file last: without it an installation was interrupted.
  const installed = join(root, 'node_modules/.package-lock.json');
  const lock = join(root, 'package-lock.json');
  return freshness.needsInstall({
    installedMs: existsSync(installed) ? statSync(installed).mtimeMs : undefined,
    lockMs: statSync(lock).mtimeMs,
    installedHash: readIfPresent(join(root, INSTALL_STAMP)),
    lockHash: hashFile(lock),
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

/**
 * Makes what is missing or out of date; returns at once when nothing is.
 *
 * @param {string} root the project's folder
 * @param {object} what
 * @param {readonly import('./build.mjs').Build[]} what.builds in the order in which they need one another
 * @param {boolean} what.installs whether dependencies are brought up to date as well
 * @throws StepFailure
 */
export async function prepare(root, { builds, installs }) {
  const mustInstall = () => installs && installIsNeeded(root);
  if (!mustInstall() && !builds.some((build) => buildIsNeeded(root, build))) return;
  const onWait = () => tell('Waiting for another process that installs or builds here …');
  await withBuildLock(join(root, 'dist/.build.lock'), onWait, async () => {
    if (mustInstall()) await install(root);
    for (const build of builds) if (buildIsNeeded(root, build)) await makeBuild(root, build);
  });
}
