import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import freshness from './freshness.cjs';
import { runStep, StepFailure } from './run-step.mjs';
import { tell } from './tell.mjs';

const { fingerprintSources, includedFolders, listSources, markSources, needsBuild } = freshness;

/** Where the compiler writes. Beside dist, not inside: the source maps find the sources by the depth of their folder. */
const DRAFT = 'dist.next';
/** What Node.js has compiled of dist and its packages (src/cli/compile-cache.ts): of no use once they have changed. */
const COMPILE_CACHE = 'dist/.compile-cache';
/** For one build: each begins anew when a source was changed while it ran. */
const DRAFTS_MAX = 3;

/**
 * @typedef {object} Build
 * @property {string} config file name of its TypeScript configuration, whose `include` is what the build is made of
 * @property {string} stamp file that holds the fingerprint of what was built
 * @property {readonly string[]} bundles files of dist with the workflows' code in one, where this build makes them
 */

/** @type {Build} what users run, and tests with them */
export const PROGRAM = {
  config: 'tsconfig.program.json',
  stamp: 'dist/.program.sha256',
  bundles: ['workflow-bundle.js', 'workflow-bundle-sealed.js'],
};
/** @type {Build} what developers run compiled beside the program, which must be built before */
export const TOOLS = { config: 'tsconfig.json', stamp: 'dist/.tools.sha256', bundles: [] };

function outputsOf(root, { config, bundles }) {
  const compiled = listSources(root, config).filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'));
  const outputs = compiled.map((path) => path.replace(/\.ts$/, '.js'));
  return [...outputs, ...bundles].map((path) => join('dist', path));
}

/**
 * Whether what lies in dist is not what the sources say.
 *
 * @param {string} root the project's folder
 * @param {Build} build
 */
export function buildIsNeeded(root, build) {
  const stamp = join(root, build.stamp);
  return needsBuild({
    builtFingerprint: existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined,
    sourceFingerprint: fingerprintSources(root, build.config),
    hasOutputs: outputsOf(root, build).every((path) => existsSync(join(root, path))),
  });
}

/** Compiles into a folder of its own, so that a program that cannot be built leaves the last one whole. */
async function compile(root, config) {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  if (!existsSync(compiler)) throw new StepFailure('The dependencies are not installed: run npm ci.', 1);
  const options = ['--project', config, '--outDir', DRAFT];
  await runStep('The compiler', [process.execPath, compiler, ...options], { cwd: root, quiet: true });
  const unnamed = readdirSync(join(root, DRAFT)).find((folder) => !includedFolders(root, config).includes(folder));
  if (unnamed === undefined) return;
  // Nobody would see that it changed.
  throw new StepFailure(`The sources that ${config} includes import from ${unnamed}/, which it does not include.`, 1);
}

/** From the compiled workflows, before any of it is in place: a program never runs with another one's bundles. */
async function makeBundles(root) {
  const bundler = join(root, DRAFT, 'workers/build-workflow-bundle.js');
  await runStep('Bundling the workflows', [process.execPath, bundler], { cwd: root, quiet: true });
}

/**
 * One rename out and one in for each folder and the bundle: nothing is left of sources that are gone, and dist is mixed for no
 * longer than these renames take.
 */
function moveIntoPlace(root, names) {
  const outgoing = join(root, DRAFT, '.outgoing');
  mkdirSync(outgoing);
  mkdirSync(join(root, 'dist'), { recursive: true });
  for (const name of names) {
    const [made, current] = [join(root, DRAFT, name), join(root, 'dist', name)];
    if (existsSync(current)) renameSync(current, join(outgoing, name));
    if (existsSync(made)) renameSync(made, current);
  }
}

/** What a build puts into dist. */
function outputNames(root, build) {
  if (build === PROGRAM) return [...includedFolders(root, build.config), ...build.bundles];
  // Whatever else lies there is of tools, or was once.
  const program = includedFolders(root, PROGRAM.config);
  const present = readdirSync(join(root, 'dist'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const all = new Set([...includedFolders(root, build.config), ...present.map(({ name }) => name)]);
  return [...all].filter((folder) => !program.includes(folder));
}

/** A compiler that was ended may still write for a moment. */
function removeDraft(root) {
  rmSync(join(root, DRAFT), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** Makes all of a build in its own folder, from sources that nobody touches meanwhile; returns their fingerprint. */
async function makeDraft(root, build) {
  for (let draft = 1; draft <= DRAFTS_MAX; draft += 1) {
    const markBefore = markSources(root, build.config);
    const sourceFingerprint = fingerprintSources(root, build.config);
    removeDraft(root);
    await compile(root, build.config);
    if (build.bundles.length > 0) await makeBundles(root);
    // The mark also tells of a change that was taken back; the fingerprint, of two within one tick of the clock.
    const isSame = fingerprintSources(root, build.config) === sourceFingerprint;
    if (isSame && markSources(root, build.config) === markBefore) return sourceFingerprint;
    tell('A source was changed meanwhile.');
  }
  const sentence = `Sources were changed during each of ${DRAFTS_MAX} builds: build again when nobody changes them.`;
  throw new StepFailure(sentence, 1);
}

/**
 * Builds, whether needed or not. The caller holds the lock.
 *
 * @param {string} root the project's folder
 * @param {Build} build
 * @throws StepFailure when something cannot be compiled or bundled (its reason is printed), or was changed all the while; dist is
 *   as before then
 */
export async function makeBuild(root, build) {
  tell('Building …');
  const startedMs = Date.now();
  try {
    const sourceFingerprint = await makeDraft(root, build);
    // Until the new one is written, nobody may take what lies in dist for built.
    rmSync(join(root, build.stamp), { force: true });
    moveIntoPlace(root, outputNames(root, build));
    rmSync(join(root, COMPILE_CACHE), { recursive: true, force: true });
    writeFileSync(join(root, build.stamp), sourceFingerprint);
  } finally {
    removeDraft(root);
  }
  tell(`Built in ${Math.round((Date.now() - startedMs) / 1_000)} s.`);
}
