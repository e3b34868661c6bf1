import Module from 'node:module';
import { join } from 'node:path';
import { packageRoot } from '../config/package-root';

// Each process of the product loads a thousand files, and compiles them anew at every start. Node.js from release 22 on can
// keep what it compiled; where it cannot write there, it goes on without. Not the folder for temporary files, which is
// Node.js's own choice: other users write there, and what lies in this one is run.
const folder = join(packageRoot(), 'dist', '.compile-cache');
const { enableCompileCache } = Module as { readonly enableCompileCache?: (folder: string) => unknown };

if (enableCompileCache) {
  enableCompileCache(folder);
  // For the threads that run workflows. Processes of the product get a list of variables, which this one is not on.
  process.env['NODE_COMPILE_CACHE'] = folder;
}
