import { join } from 'node:path';

/**
 * What Node.js is called with to run one of our TypeScript files in a process of its own, as its source is now.
 *
 * @param file its path
 * @param programArguments passed on to it
 */
export function runSource(file: string, ...programArguments: readonly string[]): readonly string[] {
  return ['--require', join(__dirname, 'register-typescript.cjs'), file, ...programArguments];
}
