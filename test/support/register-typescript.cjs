/**
 * Lets Node.js run TypeScript as it stands, without a build that could be older:
 * `node --require register-typescript.cjs FILE.ts`. Types are left unchecked, as in Jest.
 */
const compileOptions = require('./compile-options.cjs');

const OPTIONS = { ...compileOptions('typescript'), swcrc: false, sourceMaps: 'inline' };

require.extensions['.ts'] = (module, file) => {
  // Here, because threads of such a process load this file too, and few of them load TypeScript.
  const { transformFileSync } = require('@swc/core');
  module._compile(transformFileSync(file, OPTIONS).code, file);
};
