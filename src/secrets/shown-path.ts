import { existsSync } from 'node:fs';
import { rememberSecret } from './known-secrets';

/** From the root, from here, from home, from a drive. */
const PATH = /^(?:\.{0,2}|~|[A-Za-z]:)[/\\]/;

/**
 * The name of a file that should hold a secret, for messages. Somebody may have put the secret itself where its file's name belongs:
 * what is no file and looks like none is not shown, here and anywhere later.
 */
export function shownPath(path: string): string {
  if (PATH.test(path) || existsSync(path)) return path;
  rememberSecret(path);
  return '(not shown: it may be the secret itself; begin the name of a file with / or ./)';
}
