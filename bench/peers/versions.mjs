import { createRequire } from 'node:module';

const { dependencies } = createRequire(import.meta.url)('./package.json');

/** @param {string} name a package @returns {string} its version: package.json names each one exactly */
export function findVersion(name) {
  return dependencies[name];
}
