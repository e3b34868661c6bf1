/**
 * A strategy of your own: when a fast moving average crosses a slow one, buy or sell. Copy it, and change `crossing`.
 *
 *   node --experimental-strip-types examples/moving-average.ts
 *
 * needs Node.js 22.6 or newer. With Node.js 20, compile it first, in this folder of the project:
 *
 *   npx tsc --ignoreConfig --target es2023 --module commonjs --types node --skipLibCheck --outDir ../strategy examples/moving-average.ts
 *   node ../strategy/moving-average.js
 *
 * A copy runs under any name, and is best kept beside the project. It needs nothing but a running `oncefill start`, and uses no package.
 * It has no edge: it shows the road. Every crossing is handed in with the time at which its candle closed, so that handing it in
 * again, after a crash or by a second copy of this program, makes no second order.
 *
 *   CANDLES_URL  the paper venue by default; https://api.bybit.com has the same route
 *   ONCEFILL_URL, ONCEFILL_TOKEN  the API, and a token with the scope trade where one is needed
 *   SYMBOLS  separated by commas
 *   ONCE=yes  looks at the newest candles and ends
 */
interface Candle {
  readonly openTimeMs: number;
  readonly close: number;
}

interface Signal {
  readonly symbol: string;
  readonly direction: 'BUY' | 'SELL';
  readonly strategy: string;
  /** When the candle closed: it is part of what makes two signals the same. */
  readonly timestamp: string;
}

const STRATEGY = 'moving-average';
const FAST_CANDLES = 9;
const SLOW_CANDLES = 21;
const INTERVAL_MS = 60_000;
/** Exchanges publish a candle a little late. */
const CLOSE_DELAY_MS = 2_000;
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * @param candles closed ones, oldest first, without a gap
 * @returns a signal when the averages crossed at the newest candle; undefined: they did not, or there are too few
 */
function crossing(symbol: string, candles: readonly Candle[]): Signal | undefined {
  const newest = candles.at(-1);
  if (newest === undefined || candles.length <= SLOW_CANDLES) return undefined;
  const distance = (end: number): number => mean(candles, FAST_CANDLES, end) - mean(candles, SLOW_CANDLES, end);
  const [before, now] = [distance(candles.length - 1), distance(candles.length)];
  if (Math.sign(before) === Math.sign(now) || now === 0) return undefined;
  const direction = now > 0 ? 'BUY' : 'SELL';
  // Of the minute that began when the candle closed: the same however late this program looks.
  const timestamp = new Date(newest.openTimeMs + INTERVAL_MS).toISOString();
  return { symbol, direction, strategy: STRATEGY, timestamp };
}

function mean(candles: readonly Candle[], count: number, end: number): number {
  return candles.slice(end - count, end).reduce((sum, { close }) => sum + close, 0) / count;
}

/** The newest closed candles, oldest first. @throws Error when they cannot be read, or one is missing */
async function readCandles(baseUrl: string, symbol: string, nowMs: number): Promise<readonly Candle[]> {
  const query = new URLSearchParams({ category: 'linear', symbol, interval: '1', limit: String(SLOW_CANDLES + 3) });
  const answer = await ask(`${baseUrl}/v5/market/kline?${query.toString()}`);
  const { result } = answer as { readonly result?: { readonly list?: readonly (readonly string[])[] } };
  const candles = (result?.list ?? [])
    .map(([openTime, , , , close]) => ({ openTimeMs: Number(openTime), close: Number(close) }))
    // The newest one is still open.
    .filter(({ openTimeMs }) => openTimeMs + INTERVAL_MS <= nowMs)
    .toSorted((one, other) => one.openTimeMs - other.openTimeMs);
  const hasGap = candles.some(
    ({ openTimeMs }, index) => index > 0 && openTimeMs - candles[index - 1]!.openTimeMs !== INTERVAL_MS,
  );
  if (hasGap) throw new Error(`${symbol}: a candle is missing`);
  return candles;
}

/** Hands a signal in. Doing it again is safe: the same one is told `repeated`. @returns what the API said */
async function handIn(baseUrl: string, token: string | undefined, signal: Signal): Promise<unknown> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  return ask(`${baseUrl}/api/signals`, { method: 'POST', headers, body: JSON.stringify(signal) });
}

async function ask(url: string, request: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  const answer: unknown = await response.json();
  // 422: refused, and it would be again. Everything else that is no success may be tried again with the next candle.
  if (!response.ok && response.status !== 422) throw new Error(`${url}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

async function look(symbol: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { CANDLES_URL = 'http://127.0.0.1:8090', ONCEFILL_URL = 'http://127.0.0.1:8080', ONCEFILL_TOKEN } = env;
  try {
    const candles = await readCandles(CANDLES_URL, symbol, Date.now());
    const signal = crossing(symbol, candles);
    if (signal === undefined) console.log(`${symbol}: ${candles.length} candles, no crossing`);
    else
      console.log(`${symbol}: ${signal.direction}`, JSON.stringify(await handIn(ONCEFILL_URL, ONCEFILL_TOKEN, signal)));
  } catch (error) {
    console.error(`${symbol}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const symbols = (env['SYMBOLS'] ?? 'BTCUSDT,ETHUSDT').split(',');
  for (;;) {
    for (const symbol of symbols) await look(symbol, env);
    if (env['ONCE'] === 'yes') return;
    const untilNextMs = INTERVAL_MS - (Date.now() % INTERVAL_MS) + CLOSE_DELAY_MS;
    await new Promise((resolve) => setTimeout(resolve, untilNextMs));
  }
}

// Without import and export it runs as it is, as a CommonJS module and as an ES module.
if (typeof module === 'undefined' || require.main === module) void main(process.env);
else module.exports = { crossing, main };
