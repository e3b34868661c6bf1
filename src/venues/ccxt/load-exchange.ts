import { dirname, join } from 'node:path';
import type * as Ccxt from 'ccxt';

/**
 * Where ccxt keeps its exchanges, each in a file of its own. The package itself offers all hundred of them at once, which
 * costs every process that talks to a venue a third of a second of processor time and 40 MB, for one that it uses.
 */
const FOLDER = join(dirname(require.resolve('ccxt')), 'cjs');

/** Registers what ccxt's bundler took out of its files; the package loads it first, too. */
require(join(FOLDER, '_virtual', 'index.cjs.js'));

/** ccxt's classes of errors: the same ones that its package names, and that its exchanges throw. */
export const ccxtErrors = require(join(FOLDER, 'src', 'base', 'errors.js')) as Pick<
  typeof Ccxt,
  'BadResponse' | 'BaseError' | 'ExchangeError' | 'NetworkError'
>;

/** ccxt's Bybit: the same class as the package's. */
export const CcxtBybit = (require(join(FOLDER, 'src', 'bybit.js')) as { readonly default: typeof Ccxt.bybit }).default;
