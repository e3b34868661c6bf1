/** The strategy that people copy: it compiles, crosses where it should, and what it hands in is taken as it is. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../../src/config/package-root';
import { parseSignal } from '../../../src/intake/parse-signal';

interface Candle {
  readonly openTimeMs: number;
  readonly close: number;
}
interface Example {
  readonly crossing: (
    symbol: string,
    candles: readonly Candle[],
  ) => { readonly direction: string; readonly timestamp: string } | undefined;
  readonly main: (env: Readonly<Record<string, string>>) => Promise<void>;
}
// By its path: nothing of the program may rest on an example.
const { crossing, main } = require(join(packageRoot(), 'examples/moving-average.ts')) as Example;

const MINUTE_MS = 60_000;
const COUNT = 24;

/** Falling, with a last candle far above the rest. */
function candles(endMs: number): readonly Candle[] {
  return Array.from({ length: COUNT }, (_, index) => ({
    openTimeMs: endMs - (COUNT - index) * MINUTE_MS,
    close: index === COUNT - 1 ? 200 : 100 - index / 10,
  }));
}

test('a crossing is one signal of its candle, whenever it is looked at, and intake takes it', () => {
  const endMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const signal = crossing('BTCUSDT', candles(endMs));
  expect(signal).toMatchObject({ direction: 'BUY', timestamp: new Date(endMs).toISOString() });
  expect(parseSignal(signal, { nowMs: Date.now() })).toMatchObject({ ok: true });
  expect(crossing('BTCUSDT', candles(endMs).slice(0, -1))).toBeUndefined();
  expect(crossing('BTCUSDT', candles(endMs).slice(-5))).toBeUndefined();
});

test('it reads candles, hands its signal in, and hands in the same one when it looks again', async () => {
  const handedIn: unknown[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      if (request.url?.startsWith('/v5/market/kline')) {
        const endMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
        const closed = candles(endMs).map(({ openTimeMs, close }) =>
          [openTimeMs, close, close, close, close].map(String),
        );
        response.end(JSON.stringify({ result: { list: [[String(endMs), '1', '1', '1', '1'], ...closed.reverse()] } }));
      } else {
        handedIn.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        response.end('{"status":"accepted"}');
      }
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const lines = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  const env = { CANDLES_URL: url, ONCEFILL_URL: url, SYMBOLS: 'BTCUSDT', ONCE: 'yes' };
  try {
    await main(env);
    await main(env);
  } finally {
    lines.mockRestore();
    await new Promise((resolve) => void server.close(resolve));
  }
  expect(handedIn).toHaveLength(2);
  // The minute of a test may end between its two looks.
  expect(handedIn[0]).toMatchObject({ symbol: 'BTCUSDT', direction: 'BUY', strategy: 'moving-average' });
  expect(parseSignal(handedIn[1], { nowMs: Date.now() })).toMatchObject({ ok: true });
});

test('a copy runs under any name, compiled as its header says', async () => {
  const run = promisify(execFile);
  const folder = mkdtempSync(join(tmpdir(), 'oncefill-strategy-'));
  const compiler = join(packageRoot(), 'node_modules/typescript/bin/tsc');
  const given =
    '--ignoreConfig --target es2023 --module commonjs --types node --skipLibCheck --outDir ../strategy'.split(' ');
  const source = join(packageRoot(), 'examples/moving-average.ts');
  try {
    expect(readFileSync(source, 'utf8')).toContain(`npx tsc ${given.join(' ')} examples/moving-average.ts`);
    const options = given.map((option) => (option === '../strategy' ? folder : option));
    await run(process.execPath, [compiler, ...options, source], { cwd: packageRoot() });
    copyFileSync(join(folder, 'moving-average.js'), join(folder, 'mine.js'));
    // Nobody listens there: that it says so shows that it runs.
    const env = { ...process.env, CANDLES_URL: 'http://127.0.0.1:9', SYMBOLS: 'BTCUSDT', ONCE: 'yes' };
    const { stderr } = await run(process.execPath, [join(folder, 'mine.js')], { env });
    expect(stderr).toContain('BTCUSDT: ');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
