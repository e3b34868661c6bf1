import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../src/config/package-root';
import { historyKeys } from '../src/temporal/codec/history-keys';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const FILE_NAME = 'workflow-bundle.js';
const SEALED_FILE_NAME = 'workflow-bundle-sealed.js';

/** Where the build leaves the workflows' code and every worker finds it. */
export const WORKFLOW_BUNDLE_PATH = join(packageRoot(), 'dist', FILE_NAME);
/** The same workflows, whose failures keep their messages for the codec: an environment does not reach into a workflow. */
export const SEALED_WORKFLOW_BUNDLE_PATH = join(packageRoot(), 'dist', SEALED_FILE_NAME);

/** The workflows for a worker of this process. @throws HistoryKeyError */
export function workflowBundlePath(): string {
  return historyKeys().sealing ? SEALED_WORKFLOW_BUNDLE_PATH : WORKFLOW_BUNDLE_PATH;
}

/** Where this program was compiled to: not dist yet while a build is made. */
const COMPILED = dirname(__dirname);

/**
 * Bundles the workflows that were compiled with it once, so that no worker has to do it at its start.
 *
 * @param failureConverterPath the module that makes messages of failures; absent: the SDK's
 */
async function buildWorkflowBundle(fileName: string, failureConverterPath?: string): Promise<void> {
  const workflowsPath = require.resolve('../workflows');
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    // Loaded once for each worker instead of once for each workflow: none of our modules keeps state of a workflow.
    preloadModules: [workflowsPath],
    workflowInterceptorModules: [require.resolve('../workflows/query-guard')],
    failureConverterPath,
    webpackConfigHook: (options) => ({
      ...options,
      // Modules are named from there: the bundle is the same wherever it is made.
      context: COMPILED,
      // Lines of errors are found by the map; a copy of all sources in it would lie twice in every worker's memory.
      devtool: 'inline-nosources-source-map',
    }),
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(join(COMPILED, fileName), code);
}

async function buildWorkflowBundles(): Promise<void> {
  await buildWorkflowBundle(FILE_NAME);
  await buildWorkflowBundle(SEALED_FILE_NAME, require.resolve('../src/temporal/codec/failure-converter'));
}

if (require.main === module) {
  buildWorkflowBundles().catch((error: unknown) => {
    console.error('The workflow bundles could not be built:', error);
    process.exitCode = 1;
  });
}
