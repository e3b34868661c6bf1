import { loadCandleDirectory } from './candle-directory';
import type { CandleFile } from './candle-file';
import { marketAnchor } from './market-anchor';
import { MINUTE_MS, type MarketSource } from './market-source';
import { RecordedMarket } from './recorded-market';
import { SIMULATED_HISTORY_MINUTES, SimulatedMarket } from './simulated-market';
import { StillMarket, type StillSymbol } from './still-market';

export interface MarketOptions {
  readonly stateDir: string;
  readonly seed: number;
  readonly symbols: readonly string[];
  readonly settleAsset: string;
  readonly candlesDir?: string;
  /** Of which something is open, whatever is traded by now; absent: of none. */
  readonly held?: readonly StillSymbol[];
}

export interface OpenedMarket {
  readonly source: MarketSource;
  /** Sentences for people about the prices. */
  readonly notices: readonly string[];
  /** Symbols that keep their last price and do not trade: something of them is open, and nothing tells their prices. */
  readonly still: ReadonlySet<string>;
}

/**
 * The market of the options: candle files if a folder is given, the simulator otherwise. It continues where it was
 * when the state folder has seen it before.
 *
 * @throws CandleFileError, MarketAnchorError
 */
export async function openMarket(options: MarketOptions, nowMs: number): Promise<OpenedMarket> {
  const { seed, settleAsset, stateDir, candlesDir, held = [] } = options;
  const nowMinute = Math.floor(nowMs / MINUTE_MS);
  if (candlesDir !== undefined) {
    const { files, notices } = await loadCandleDirectory(candlesDir, settleAsset);
    const anchor = marketAnchor(stateDir, filesKey(files), nowMinute);
    const source = new RecordedMarket(files, seed, anchor, settleAsset);
    const still = held.filter(({ symbol }) => files.every((file) => file.symbol !== symbol));
    return {
      source: still.length === 0 ? source : new StillMarket(source, still, settleAsset),
      notices: [...notices, ...still.map(stillNotice)],
      still: new Set(still.map(({ symbol }) => symbol)),
    };
  }
  const firstMinute = marketAnchor(stateDir, 'simulator', nowMinute - SIMULATED_HISTORY_MINUTES);
  const removed = held.map(({ symbol }) => symbol).filter((symbol) => !options.symbols.includes(symbol));
  const source = new SimulatedMarket(seed, firstMinute, [...options.symbols, ...removed], settleAsset);
  const notices = [`Prices are simulated with seed ${seed}.`, ...removed.map(removedNotice)];
  return { source, notices, still: new Set() };
}

function stillNotice({ symbol, lastPrice }: StillSymbol): string {
  const price = lastPrice === undefined ? 'a usual price' : `its last price, ${lastPrice}`;
  return `Something is open in ${symbol}, which has no candle file any more: it keeps ${price}, and nothing of it trades. Put the file back, and start again, until it is closed.`;
}

function removedNotice(symbol: string): string {
  return `Something is open in ${symbol}, which is not among the venue's symbols any more: the paper venue goes on trading it until a start at which nothing of it is open.`;
}

/** The same files continue; others begin anew. */
function filesKey(files: readonly CandleFile[]): string {
  const parts = files.map(
    (file) => `${file.symbol}:${file.intervalMinutes}:${file.candles.at(0)!.openTimeMs}:${file.candles.length}`,
  );
  return `files ${parts.join(' ')}`;
}
