import type { TradingSignal } from '../src/domain/signal';

/** Small orders, each worth some tens of USDT, of symbols that the default configuration trades. */
const ORDERS = [
  { symbol: 'BTCUSDT', amount: '0.001' },
  { symbol: 'ETHUSDT', amount: '0.02' },
  { symbol: 'SOLUSDT', amount: '0.2' },
  { symbol: 'XRPUSDT', amount: '20' },
  { symbol: 'BNBUSDT', amount: '0.05' },
  { symbol: 'LINKUSDT', amount: '2' },
] as const;

/** A signal of the bench; it always names its amount. */
export type BenchSignal = TradingSignal & { readonly amount: string };

/** Makes signals that differ. Every symbol is bought and sold in turn, so that positions and funds stay small. */
export class SignalMaker {
  private made = 0;

  /** A signal of this moment with a fingerprint that none before it had. */
  next(): BenchSignal {
    const number = this.made;
    this.made += 1;
    const { symbol, amount } = ORDERS[number % ORDERS.length] ?? ORDERS[0];
    const isBuy = Math.floor(number / ORDERS.length) % 2 === 0;
    return {
      symbol,
      amount,
      direction: isBuy ? 'BUY' : 'SELL',
      strategy: `bench-${number}`,
      timestampMs: Date.now(),
      intent: 'entry',
    };
  }
}
