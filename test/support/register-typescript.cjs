/**
 * Lets Node.js run TypeScript as it stands, without a build that could be older:
 * `node --require register-typescript.cjs FILE.ts`. Types are left unchecked, as in Jest.
 */
const compileOptions = require('./compile-options.cjs');

const OPTIONS = { ...compileOptions('typescript'), swcrc: false, sourceMaps: 'inline' };

function loadTypeScript(module, file) {
  // Here, because threads of such a process load this file too, and few of them load TypeScript.
  const { transformFileSync } = require('@swc/core');
  module._compile(transformFileSync(file, OPTIONS).code, file);
}

// Node.js tries them in their order. Sources first: what a compiler left beside one must not be run in its place.
const others = Object.entries(require.extensions).filter(([extension]) => extension !== '.ts');
for (const extension of Object.keys(require.extensions)) delete require.extensions[extension];
Object.assign(require.extensions, { '.ts': loadTypeScript }, Object.fromEntries(others));
