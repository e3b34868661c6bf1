import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { environmentOf, TRADING_ENVIRONMENTS, type TradingEnvironment } from '../config/trading-environment';
import type { Config } from '../config/schema';
import { keepFirst, readKept } from './kept-file';
import { readServerRecord } from './server-record';

/** The data folder belongs to another environment, or it cannot be told to which. The message says what to do. */
export class DataFolderEnvironmentError extends Error {
  override readonly name = 'DataFolderEnvironmentError';
  readonly code = 'DATA_FOLDER_ENVIRONMENT';
}

/** Where a data folder says whose it is: one word, such as paper or live. */
export function environmentMarkPath(dataDir: string): string {
  return join(dataDir, 'environment');
}

/** What an unmarked data folder tells of the environment that used it. */
export interface UnmarkedFolder {
  /** Something in it was left by paper trading. */
  readonly paperTrace?: string;
}

/**
 * Why an unmarked folder may not become one of `environment`. Its state is one of an older release: what real orders are
 * sent from must not hold signals and reservations of paper.
 *
 * @returns undefined when it may
 */
export function whyNotAdopt({ paperTrace }: UnmarkedFolder, environment: TradingEnvironment): string | undefined {
  if (environment === 'paper' || paperTrace === undefined) return undefined;
  return `does not say which environment it belongs to, and ${paperTrace} in it was left by paper trading, while this configuration is for ${environment}`;
}

/**
 * Makes sure that one environment uses this data folder: the first that starts something on it. A folder of an older
 * release becomes the configured environment's, unless paper left traces in it and the environment is another one.
 *
 * @throws DataFolderEnvironmentError
 */
export function claimDataFolder(config: Config): void {
  const { dataDir } = config;
  const environment = environmentOf(config);
  const path = environmentMarkPath(dataDir);
  if (readKept(path) === undefined) {
    const objection = whyNotAdopt(lookAtUnmarked(dataDir), environment);
    if (objection !== undefined) throw refusal(dataDir, objection, environment);
    keepFirst(path, `${environment}\n`);
  }
  // Read back: of two that start at once, one was first.
  checkDataFolder(config);
}

/**
 * For commands that start nothing: compares, and marks nothing.
 *
 * @throws DataFolderEnvironmentError
 */
export function checkDataFolder(config: Config): void {
  const { dataDir } = config;
  const environment = environmentOf(config);
  const mark = readKept(environmentMarkPath(dataDir))?.trim();
  if (mark === undefined || mark === environment) return;
  const objection = TRADING_ENVIRONMENTS.some((known) => known === mark)
    ? `belongs to ${mark}, and this configuration is for ${environment}`
    : `does not say which environment it belongs to: ${environmentMarkPath(dataDir)} holds none of ${TRADING_ENVIRONMENTS.join(', ')}`;
  throw refusal(dataDir, objection, environment);
}

function lookAtUnmarked(dataDir: string): UnmarkedFolder {
  const traces = ['paper-venue'];
  // A record of a release that named no environment may be paper's.
  const record = readServerRecord(dataDir);
  if (record && (record.environment ?? 'paper') === 'paper') traces.push('run/temporal-server.json');
  return { paperTrace: traces.find((name) => existsSync(join(dataDir, name))) };
}

function refusal(dataDir: string, objection: string, environment: TradingEnvironment): DataFolderEnvironmentError {
  return new DataFolderEnvironmentError(
    `The data folder ${dataDir} ${objection}; set DATA_DIR to a folder of its own for ${environment}.`,
  );
}
