import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../src/config/package-root';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** Where the build leaves the workflows' code and every worker finds it. */
export const WORKFLOW_BUNDLE_PATH = join(packageRoot(), 'dist', 'workflow-bundle.js');

/** Bundles the compiled workflows once, so that no worker has to do it at its start. */
export async function buildWorkflowBundle(path: string = WORKFLOW_BUNDLE_PATH): Promise<void> {
  const workflowsPath = require.resolve('../workflows');
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    // Loaded once for each worker instead of once for each workflow: none of our modules keeps state of a workflow.
    preloadModules: [workflowsPath],
    workflowInterceptorModules: [require.resolve('../workflows/query-guard')],
    logger: new DefaultLogger('WARN'),
  });
  mkdirSync(dirname(path), { recursive: true });
  // Renamed into place: a worker that starts meanwhile must not read half of it.
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, code);
  renameSync(draft, path);
}

if (require.main === module) {
  buildWorkflowBundle().catch((error: unknown) => {
    console.error('The workflow bundle could not be built:', error);
    process.exitCode = 1;
  });
}
