import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { candleSymbols, loadCandleDirectory } from '../../../src/paper-venue/market/candle-directory';
import type { MinuteCandle } from '../../../src/paper-venue/market/market-source';
import { openMarket } from '../../../src/paper-venue/market/open-market';
import { RecordedMarket } from '../../../src/paper-venue/market/recorded-market';

const SAMPLES = resolve(__dirname, '../../../src/paper-venue/test_data');
const REAL_CANDLES = resolve(__dirname, '../../../../shared/data');
const ANCHOR = 28_000_000;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'paper-candles-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(name: string, lines: readonly string[]): void {
  writeFileSync(join(directory, name), gzipSync(lines.join('\n')));
}

function minuteLine(index: number, close = 100): string {
  return `${index * 60_000},100,${Math.max(100, close)},${Math.min(100, close)},${close},5`;
}

describe('loading a directory', () => {
  test('the sample files load, with and without a header line', () => {
    const { files } = loadCandleDirectory(SAMPLES);
    expect(files.map(({ symbol, candles }) => [symbol, candles.length])).toEqual([
      ['BTCUSDT', 240],
      ['ETHUSDT', 96],
    ]);
    expect(candleSymbols(SAMPLES)).toEqual(['BTCUSDT', 'ETHUSDT']);
  });

  test('symbols of another settle asset are skipped with a notice', () => {
    write('ETHBTC-1m-x.csv.gz', [minuteLine(0), minuteLine(1)]);
    write('BTCUSDT-1m-x.csv.gz', [minuteLine(0), minuteLine(1)]);
    const { files, notices } = loadCandleDirectory(directory);
    expect(files.map(({ symbol }) => symbol)).toEqual(['BTCUSDT']);
    expect(notices.filter((notice) => notice.startsWith('ETHBTC'))).toHaveLength(1);
  });

  test('missing candles stand still', () => {
    write('BTCUSDT-1m.csv.gz', [minuteLine(0), minuteLine(1, 105), minuteLine(4)]);
    const [file] = loadCandleDirectory(directory).files;
    expect(file).toMatchObject({ filledGaps: 2 });
    expect(file!.candles[3]).toEqual({ openTimeMs: 180_000, open: 105, high: 105, low: 105, close: 105, volume: 0 });
  });

  test.each([
    ['a word for a number', [minuteLine(0), '60000,100,100,100,abc,5'], ':2: close is "abc"'],
    ['a missing column', ['timestamp_ms,open,high,low,close,volume', '0,100,100,100,100'], ':2: has 5 columns'],
    ['a high below the close', ['0,100,99,98,100,5'], ':1: open, high, low and close contradict'],
    ['a time that does not advance', [minuteLine(1), minuteLine(1)], ':2: timestamp_ms 60000 is not later'],
    ['a time between minutes', ['30000,100,100,100,100,5'], ':1: timestamp_ms 30000 is not on a boundary'],
    ['a gap of days', [minuteLine(0), minuteLine(3_000)], ':2: more than 24 hours are missing'],
    ['a single candle', [minuteLine(0)], 'holds 1 candles'],
  ])('%s is refused with file and line', (_, lines, message) => {
    write('BTCUSDT-1m.csv.gz', lines);
    expect(() => loadCandleDirectory(directory)).toThrow(message);
    expect(() => loadCandleDirectory(directory)).toThrow('BTCUSDT-1m.csv.gz');
  });

  test('a missing directory, an empty one and one with two files of a symbol are refused', () => {
    expect(() => loadCandleDirectory(join(directory, 'nowhere'))).toThrow('is not a directory that can be read');
    expect(() => loadCandleDirectory(directory)).toThrow('holds no usable candle file');
    write('BTCUSDT-1m-a.csv.gz', [minuteLine(0), minuteLine(1)]);
    write('BTCUSDT-1m-b.csv.gz', [minuteLine(0), minuteLine(1)]);
    expect(() => loadCandleDirectory(directory)).toThrow('are both for BTCUSDT');
  });

  test('a file that is no gzip is refused', () => {
    writeFileSync(join(directory, 'BTCUSDT-1m.csv.gz'), 'plain text');
    expect(() => loadCandleDirectory(directory)).toThrow('cannot be read as a gzip file');
  });
});

describe('replaying', () => {
  const market = (): RecordedMarket => new RecordedMarket(loadCandleDirectory(SAMPLES).files, 7, ANCHOR, 'USDT');

  function range(symbol: string, from: number, count: number): MinuteCandle[] {
    const replay = market();
    return Array.from({ length: count }, (_, index) => replay.candle(symbol, from + index)!);
  }

  test('half of a short file is history, and the next candle begins at the anchor', () => {
    const { files } = loadCandleDirectory(SAMPLES);
    const replay = market();
    expect(ANCHOR - replay.oldestMinute('BTCUSDT')).toBe(120);
    expect(replay.candle('BTCUSDT', ANCHOR)!.open).toBe(Math.round(files[0]!.candles[120]!.open * 10));
    expect(replay.candle('BTCUSDT', replay.oldestMinute('BTCUSDT') - 1)).toBeUndefined();
  });

  test('five one-minute candles add up to the five-minute candle of the file', () => {
    const { candles } = loadCandleDirectory(SAMPLES).files[1]!;
    const minutes = range('ETHUSDT', ANCHOR, 5);
    const wide = candles[48]!;
    const steps = (price: number): number => Math.round(price * 100);
    expect(minutes[0]!.open).toBe(steps(wide.open));
    expect(minutes[4]!.close).toBe(steps(wide.close));
    expect(Math.max(...minutes.map(({ high }) => high))).toBe(steps(wide.high));
    expect(Math.min(...minutes.map(({ low }) => low))).toBe(steps(wide.low));
    expect(minutes.reduce((sum, { volume }) => sum + volume, 0)).toBe(steps(wide.volume));
  });

  test.each(['BTCUSDT', 'ETHUSDT'])('%s continues without a jump when the file starts again', (symbol) => {
    const candles = range(symbol, ANCHOR, 800);
    const jumps = candles.slice(1).map((candle, index) => Math.abs(candle.open / candles[index]!.close - 1));
    expect(Math.max(...jumps)).toBeLessThan(0.01);
  });

  test('a restart continues at the same candle', () => {
    const options = { stateDir: directory, seed: 7, symbols: [], settleAsset: 'USDT', candlesDir: SAMPLES };
    const before = openMarket(options, ANCHOR * 60_000).source.candle('BTCUSDT', ANCHOR + 30);
    const after = openMarket(options, (ANCHOR + 25) * 60_000).source.candle('BTCUSDT', ANCHOR + 30);
    expect(after).toEqual(before);
  });

  test('a damaged anchor is refused with its path', () => {
    writeFileSync(join(directory, 'market.json'), '{"simulator":');
    const options = { stateDir: directory, seed: 7, symbols: ['BTCUSDT'], settleAsset: 'USDT' };
    expect(() => openMarket(options, ANCHOR * 60_000)).toThrow('market.json');
  });
});

const realTest = existsSync(REAL_CANDLES) ? test : test.skip;
const why = existsSync(REAL_CANDLES) ? '' : ' (skipped: there is no shared/data beside the repository)';

realTest(`recorded candles of real venues replay${why}`, () => {
  const { files } = loadCandleDirectory(REAL_CANDLES);
  expect(files.map(({ symbol }) => symbol).toSorted()).toEqual(['BTCUSDT', 'XRPUSDT']);
  const replay = new RecordedMarket(files, 7, ANCHOR, 'USDT');
  const bitcoin = files.find(({ symbol }) => symbol === 'BTCUSDT')!;
  expect(replay.candle('BTCUSDT', ANCHOR)!.close).toBe(Math.round(bitcoin.candles[2_880]!.close * 10));
});
