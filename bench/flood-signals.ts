import { UNBOUNDED_RISK } from '../harness/unbounded-risk';

/** As many as a configuration may have: a strategy has two signals a minute for each. */
const SYMBOLS_COUNT = 200;
const MINUTE_MS = 60_000;
/** A signal may be nearly as old as the dedup window; this much younger it surely arrives in time. */
const AGE_MAX_MS = 270_000;

/** A signal as a program posts it. */
export interface FloodSignal {
  readonly symbol: string;
  readonly direction: 'BUY' | 'SELL';
  readonly strategy: string;
  readonly timestamp: number;
  readonly amount: string;
}

const SYMBOLS = Array.from({ length: SYMBOLS_COUNT }, (_, index) => `FLOOD${index}USDT`);

/** Makes valid signals of a few strategies, each with a fingerprint of its own: minutes of the past are used as well. */
export class FloodMaker {
  private readonly made = new Set<string>();

  /** @param strategies how many the flood has */
  constructor(private readonly strategies: number) {}

  /** The settings that such a flood needs, in the shape of a configuration file: symbols for it, and all limits as by default. */
  get settings(): object {
    const names = Array.from({ length: this.strategies }, (_, number) => `flood-${number}`);
    return {
      venues: { bybit: { symbols: ['BTCUSDT', ...SYMBOLS.slice(1)] } },
      // New names have a bound of their own, and would not get far.
      signals: { strategies: [...names, 'honest'] },
      ml: { enabled: false },
      ...UNBOUNDED_RISK,
    };
  }

  /** @returns at most `count` signals; fewer when there are no more that are valid now */
  take(count: number, nowMs: number): readonly FloodSignal[] {
    const signals: FloodSignal[] = [];
    for (const candidate of this.candidates(nowMs)) {
      if (signals.length >= count) break;
      const { symbol, direction, strategy, timestamp } = candidate;
      const name = `${symbol} ${direction} ${strategy} ${Math.floor(timestamp / MINUTE_MS)}`;
      if (this.made.has(name)) continue;
      this.made.add(name);
      signals.push(candidate);
    }
    return signals;
  }

  private *candidates(nowMs: number): Generator<FloodSignal> {
    for (let timestamp = nowMs; timestamp > nowMs - AGE_MAX_MS; timestamp -= MINUTE_MS) {
      for (let number = 0; number < this.strategies; number += 1) {
        for (const symbol of SYMBOLS.slice(1)) {
          for (const direction of ['BUY', 'SELL'] as const) {
            yield { symbol, direction, strategy: `flood-${number}`, timestamp, amount: '1' };
          }
        }
      }
    }
  }
}

/** One of a strategy that has nothing to do with the flood. @param number each is of another symbol or side */
export function honestSignal(number: number, nowMs: number): FloodSignal {
  const direction = number % 2 === 0 ? 'BUY' : 'SELL';
  return {
    symbol: number < 2 ? 'BTCUSDT' : (SYMBOLS[number] ?? 'BTCUSDT'),
    direction,
    strategy: 'honest',
    timestamp: nowMs,
    amount: number < 2 ? '0.001' : '1',
  };
}
