import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../src/config/package-root';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const FILE_NAME = 'workflow-bundle.js';

/** Where the build leaves the workflows' code and every worker finds it. */
export const WORKFLOW_BUNDLE_PATH = join(packageRoot(), 'dist', FILE_NAME);

/** Where this program was compiled to: not dist yet while a build is made. */
const COMPILED = dirname(__dirname);

/** Bundles the workflows that were compiled with it once, so that no worker has to do it at its start. */
async function buildWorkflowBundle(): Promise<void> {
  const workflowsPath = require.resolve('../workflows');
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    // Loaded once for each worker instead of once for each workflow: none of our modules keeps state of a workflow.
    preloadModules: [workflowsPath],
    workflowInterceptorModules: [require.resolve('../workflows/query-guard')],
    // Modules are named from there: the bundle is the same wherever it is made.
    webpackConfigHook: (options) => ({ ...options, context: COMPILED }),
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(join(COMPILED, FILE_NAME), code);
}

if (require.main === module) {
  buildWorkflowBundle().catch((error: unknown) => {
    console.error('The workflow bundle could not be built:', error);
    process.exitCode = 1;
  });
}
