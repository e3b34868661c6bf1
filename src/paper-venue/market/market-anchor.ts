import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const ANCHOR_FILE = 'market.json';

const anchors = z.record(z.string(), z.int().min(0));

/** The file that remembers when a market began is damaged. */
class MarketAnchorError extends Error {
  override readonly name = 'MarketAnchorError';
  readonly code = 'MARKET_ANCHOR_INVALID';
}

/**
 * The minute in which a market began, remembered in the state folder so that prices continue after a restart.
 *
 * @param key tells markets apart: `simulator`, or a text made from the candle files
 * @param freshMinute what to remember when the market is seen for the first time
 * @throws MarketAnchorError for a damaged file
 */
export function marketAnchor(stateDir: string, key: string, freshMinute: number): number {
  const path = join(stateDir, ANCHOR_FILE);
  const known = readAnchors(path);
  const minute = known[key];
  if (minute !== undefined) return minute;
  mkdirSync(stateDir, { recursive: true });
  const temporary = `${path}.tmp`;
  writeFileSync(temporary, JSON.stringify({ ...known, [key]: freshMinute }));
  renameSync(temporary, path);
  return freshMinute;
}

function readAnchors(path: string): Record<string, number> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    return anchors.parse(JSON.parse(text));
  } catch (error) {
    throw new MarketAnchorError(`${path}: is damaged. Delete it to let the paper market begin anew.`, { cause: error });
  }
}
