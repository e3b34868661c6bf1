import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { reportError } from '../../../src/cli/cli-error';
import { ExitCode } from '../../../src/process/exit-codes';
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
  test('the sample files load, with and without a header line', async () => {
    const { files } = await loadCandleDirectory(SAMPLES);
    expect(files.map(({ symbol, candles }) => [symbol, candles.length])).toEqual([
      ['BTCUSDT', 240],
      ['ETHUSDT', 96],
    ]);
    expect(candleSymbols(SAMPLES)).toEqual(['BTCUSDT', 'ETHUSDT']);
  });

  test('symbols of another settle asset are skipped with a notice', async () => {
    write('ETHBTC-1m-x.csv.gz', [minuteLine(0), minuteLine(1)]);
    write('BTCUSDT-1m-x.csv.gz', [minuteLine(0), minuteLine(1)]);
    const { files, notices } = await loadCandleDirectory(directory);
    expect(files.map(({ symbol }) => symbol)).toEqual(['BTCUSDT']);
    expect(notices.filter((notice) => notice.startsWith('ETHBTC'))).toHaveLength(1);
  });

  test('missing candles stand still', async () => {
    write('BTCUSDT-1m.csv.gz', [minuteLine(0), minuteLine(1, 105), minuteLine(4)]);
    const [file] = (await loadCandleDirectory(directory)).files;
    expect(file).toMatchObject({ filledGaps: 2 });
    expect(file!.candles.at(3)).toEqual({ openTimeMs: 180_000, open: 105, high: 105, low: 105, close: 105, volume: 0 });
  });

  test.each([
    ['a word for a number', [minuteLine(0), '60000,100,100,100,abc,5'], ':2: close is "abc"'],
    ['a missing column', ['timestamp_ms,open,high,low,close,volume', '0,100,100,100,100'], ':2: has 5 columns'],
    ['a high below the close', ['0,100,99,98,100,5'], ':1: open, high, low and close contradict'],
    ['a time that does not advance', [minuteLine(1), minuteLine(1)], ':2: timestamp_ms 60000 is not later'],
    ['a time between minutes', ['30000,100,100,100,100,5'], ':1: timestamp_ms 30000 is not on a boundary'],
    ['a gap of days', [minuteLine(0), minuteLine(3_000)], ':2: more than 24 hours are missing'],
    ['a single candle', [minuteLine(0)], 'holds 1 candles'],
    ['a price below zero', ['0,-1,100,-1,100,5'], ':1: open is "-1"; expected a number'],
    ['no number', ['0,NaN,100,100,100,5'], ':1: open is "NaN"; expected a number'],
    ['a number in another notation', ['0,0x64,100,100,100,5'], ':1: open is "0x64"; expected a number'],
    ['a price without a digit', ['0,.,100,100,100,5'], ':1: open is "."; expected a number'],
    ['an endless price', ['0,100,1e999,100,100,5'], ":1: is no market's candle"],
    ['a price too small to be one', ['0,1,1,1e-300,1,5'], ":1: is no market's candle"],
    ['an endless volume', ['0,100,100,100,100,1e999'], ":1: is no market's candle"],
    ['a time beyond all calendars', ['6e300,100,100,100,100,5'], ':1: timestamp_ms 6e+300 is not on a boundary'],
    ['a cell that moves the cursor', ['0,\u{1b}[2J\u{202e},1,1,1,5'], ':1: open is "\u{fffd}[2J\u{fffd}"; expected'],
    ['a cell that fills the screen', [`0,${'9'.repeat(400)}x,1,1,1,5`], `:1: open is "${'9'.repeat(40)}…"; expected`],
    ['a line without an end', ['5'.repeat(600)], ':1: is longer than 512 bytes'],
  ])('%s is refused with file and line', async (_, lines, message) => {
    write('BTCUSDT-1m.csv.gz', lines);
    await expect(loadCandleDirectory(directory)).rejects.toThrow(message);
    await expect(loadCandleDirectory(directory)).rejects.toThrow('BTCUSDT-1m.csv.gz');
  });

  test('a missing directory, an empty one and one with two files of a symbol are refused', async () => {
    await expect(loadCandleDirectory(join(directory, 'nowhere'))).rejects.toThrow(
      'is not a directory that can be read',
    );
    await expect(loadCandleDirectory(directory)).rejects.toThrow('holds no usable candle file');
    write('BTCUSDT-1m-a.csv.gz', [minuteLine(0), minuteLine(1)]);
    write('BTCUSDT-1m-b.csv.gz', [minuteLine(0), minuteLine(1)]);
    await expect(loadCandleDirectory(directory)).rejects.toThrow('are both for BTCUSDT');
  });

  test('gaps count as candles: a folder of nothing but gaps does not fill the memory', async () => {
    write('BTCUSDT-1m.csv.gz', [minuteLine(0), minuteLine(1_000), minuteLine(2_000)]);
    await expect(loadCandleDirectory(directory, 'USDT', 2_000)).rejects.toThrow(
      'BTCUSDT-1m.csv.gz:3: is beyond the 2000 candles',
    );
    expect((await loadCandleDirectory(directory, 'USDT', 2_001)).files[0]).toMatchObject({ filledGaps: 1_998 });
  });

  test('the bound of candles is that of all files together', async () => {
    write('BTCUSDT-1m.csv.gz', [minuteLine(0), minuteLine(1)]);
    write('ETHUSDT-1m.csv.gz', [minuteLine(0), minuteLine(1)]);
    await expect(loadCandleDirectory(directory, 'USDT', 3)).rejects.toThrow('ETHUSDT-1m.csv.gz:2: is beyond');
  });

  test('a small file that unpacks to millions of empty lines is refused', async () => {
    writeFileSync(join(directory, 'BTCUSDT-1m.csv.gz'), gzipSync(Buffer.alloc(4_200_000, '\n'), { level: 1 }));
    await expect(loadCandleDirectory(directory)).rejects.toThrow('BTCUSDT-1m.csv.gz:4000001: is one line too many');
  });

  test('a pipe with the name of a candle file is refused, and nobody waits for a writer', async () => {
    execFileSync('mkfifo', [join(directory, 'BTCUSDT-1m.csv.gz')]);
    await expect(loadCandleDirectory(directory)).rejects.toThrow('BTCUSDT-1m.csv.gz: is a pipe, not a regular file.');
  });

  test('a bad candle file is a wrong configuration: nothing starts it again', async () => {
    write('BTCUSDT-1m.csv.gz', ['nonsense']);
    const error: unknown = await loadCandleDirectory(directory).catch((thrown: unknown) => thrown);
    expect(reportError(error)).toEqual({
      message: `${join(directory, 'BTCUSDT-1m.csv.gz')}:1: has 1 columns; expected timestamp_ms,open,high,low,close,volume.`,
      exitCode: ExitCode.USAGE,
    });
  });

  test('a file that is no gzip is refused', async () => {
    writeFileSync(join(directory, 'BTCUSDT-1m.csv.gz'), 'plain text');
    await expect(loadCandleDirectory(directory)).rejects.toThrow('cannot be read as a gzip file');
  });
});

describe('replaying', () => {
  const market = async (): Promise<RecordedMarket> =>
    new RecordedMarket((await loadCandleDirectory(SAMPLES)).files, 7, ANCHOR, 'USDT');

  async function range(symbol: string, from: number, count: number): Promise<MinuteCandle[]> {
    const replay = await market();
    return Array.from({ length: count }, (_, index) => replay.candle(symbol, from + index)!);
  }

  test('half of a short file is history, and the next candle begins at the anchor', async () => {
    const { files } = await loadCandleDirectory(SAMPLES);
    const replay = await market();
    expect(ANCHOR - replay.oldestMinute('BTCUSDT')).toBe(120);
    expect(replay.candle('BTCUSDT', ANCHOR)!.open).toBe(Math.round(files[0]!.candles.at(120)!.open * 10));
    expect(replay.candle('BTCUSDT', replay.oldestMinute('BTCUSDT') - 1)).toBeUndefined();
  });

  test('five one-minute candles add up to the five-minute candle of the file', async () => {
    const { candles } = (await loadCandleDirectory(SAMPLES)).files[1]!;
    const minutes = await range('ETHUSDT', ANCHOR, 5);
    const wide = candles.at(48)!;
    const steps = (price: number): number => Math.round(price * 100);
    expect(minutes[0]!.open).toBe(steps(wide.open));
    expect(minutes[4]!.close).toBe(steps(wide.close));
    expect(Math.max(...minutes.map(({ high }) => high))).toBe(steps(wide.high));
    expect(Math.min(...minutes.map(({ low }) => low))).toBe(steps(wide.low));
    expect(minutes.reduce((sum, { volume }) => sum + volume, 0)).toBe(steps(wide.volume));
  });

  test.each(['BTCUSDT', 'ETHUSDT'])('%s continues without a jump when the file starts again', async (symbol) => {
    const candles = await range(symbol, ANCHOR, 800);
    const jumps = candles.slice(1).map((candle, index) => Math.abs(candle.open / candles[index]!.close - 1));
    expect(Math.max(...jumps)).toBeLessThan(0.01);
  });

  test('prices that double in every cycle stop where they can still be written', async () => {
    write('BTCUSDT-1m.csv.gz', ['0,100,200,100,200,5', '60000,200,400,200,400,5']);
    const replay = new RecordedMarket((await loadCandleDirectory(directory)).files, 7, ANCHOR, 'USDT');
    expect(replay.candle('BTCUSDT', ANCHOR + 10_000)).toMatchObject({ open: 1e12, close: 1e12 });
  });

  test('a restart continues at the same candle', async () => {
    const options = { stateDir: directory, seed: 7, symbols: [], settleAsset: 'USDT', candlesDir: SAMPLES };
    const before = (await openMarket(options, ANCHOR * 60_000)).source.candle('BTCUSDT', ANCHOR + 30);
    const after = (await openMarket(options, (ANCHOR + 25) * 60_000)).source.candle('BTCUSDT', ANCHOR + 30);
    expect(after).toEqual(before);
  });

  test('a damaged anchor is refused with its path', async () => {
    writeFileSync(join(directory, 'market.json'), '{"simulator":');
    const options = { stateDir: directory, seed: 7, symbols: ['BTCUSDT'], settleAsset: 'USDT' };
    await expect(openMarket(options, ANCHOR * 60_000)).rejects.toThrow('market.json');
  });
});

const realTest = existsSync(REAL_CANDLES) ? test : test.skip;
const why = existsSync(REAL_CANDLES) ? '' : ' (skipped: there is no shared/data beside the repository)';

realTest(`recorded candles of real venues replay${why}`, async () => {
  const { files } = await loadCandleDirectory(REAL_CANDLES);
  expect(files.map(({ symbol }) => symbol).toSorted()).toEqual(['BTCUSDT', 'XRPUSDT']);
  const replay = new RecordedMarket(files, 7, ANCHOR, 'USDT');
  const bitcoin = files.find(({ symbol }) => symbol === 'BTCUSDT')!;
  expect(replay.candle('BTCUSDT', ANCHOR)!.close).toBe(Math.round(bitcoin.candles.at(2_880)!.close * 10));
});
