import { loadCandleDirectory } from './candle-directory';
import type { CandleFile } from './candle-file';
import { marketAnchor } from './market-anchor';
import { MINUTE_MS, type MarketSource } from './market-source';
import { RecordedMarket } from './recorded-market';
import { SIMULATED_HISTORY_MINUTES, SimulatedMarket } from './simulated-market';

export interface MarketOptions {
  readonly stateDir: string;
  readonly seed: number;
  readonly symbols: readonly string[];
  readonly settleAsset: string;
  readonly candlesDir?: string;
}

export interface OpenedMarket {
  readonly source: MarketSource;
  /** Sentences for people about the prices. */
  readonly notices: readonly string[];
}

/**
 * The market of the options: candle files if a folder is given, the simulator otherwise. It continues where it was
 * when the state folder has seen it before.
 *
 * @throws CandleFileError, MarketAnchorError
 */
export async function openMarket(options: MarketOptions, nowMs: number): Promise<OpenedMarket> {
  const { seed, settleAsset, stateDir, candlesDir } = options;
  const nowMinute = Math.floor(nowMs / MINUTE_MS);
  if (candlesDir !== undefined) {
    const { files, notices } = await loadCandleDirectory(candlesDir, settleAsset);
    const anchor = marketAnchor(stateDir, filesKey(files), nowMinute);
    return { source: new RecordedMarket(files, seed, anchor, settleAsset), notices };
  }
  const firstMinute = marketAnchor(stateDir, 'simulator', nowMinute - SIMULATED_HISTORY_MINUTES);
  const source = new SimulatedMarket(seed, firstMinute, options.symbols, settleAsset);
  return { source, notices: [`Prices are simulated with seed ${seed}.`] };
}

/** The same files continue; others begin anew. */
function filesKey(files: readonly CandleFile[]): string {
  const parts = files.map(
    (file) => `${file.symbol}:${file.intervalMinutes}:${file.candles.at(0)!.openTimeMs}:${file.candles.length}`,
  );
  return `files ${parts.join(' ')}`;
}
