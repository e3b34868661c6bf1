/** A signal without the younger options hashes as it always did: what was accepted by an older release stays the same. */
import fc from 'fast-check';
import { TIMES_IN_FORCE } from '../../src/domain/order-options';
import type { TradingSignal } from '../../src/domain/signal';
import { contentHashOf } from '../../src/intake/fingerprint';
import { createHash } from 'node:crypto';

const decimal = fc.integer({ min: 1, max: 1_000_000 }).map(String);

const plainSignal: fc.Arbitrary<TradingSignal> = fc.record(
  {
    symbol: fc.constantFrom('BTCUSDT', 'ETHUSDT'),
    direction: fc.constantFrom('BUY' as const, 'SELL' as const),
    strategy: fc.string({ minLength: 1, maxLength: 64 }),
    timestampMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    intent: fc.constantFrom('entry' as const, 'exit' as const),
    amount: decimal,
    limitPrice: decimal,
    signalStrength: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  { requiredKeys: ['symbol', 'direction', 'strategy', 'timestampMs', 'intent'] },
);

/** The text as it was made before there were options. */
function formerHash(signal: TradingSignal): string {
  const { amount, direction, intent, limitPrice, signalStrength, strategy, symbol, timestampMs } = signal;
  const text = JSON.stringify({ amount, direction, intent, limitPrice, signalStrength, strategy, symbol, timestampMs });
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

test('signals without options have the hash that they had', () => {
  fc.assert(fc.property(plainSignal, (signal) => expect(contentHashOf(signal)).toBe(formerHash(signal))));
});

test('an option makes another signal of it, and each value another one', () => {
  const options = [
    {},
    ...TIMES_IN_FORCE.map((timeInForce) => ({ timeInForce })),
    { goodForSeconds: 1 },
    { goodForSeconds: 2 },
    { goodForSeconds: 1, timeInForce: 'POST_ONLY' as const },
    { amountMax: '1' },
    { amountMax: '2' },
    { maxHoldingSeconds: 1 },
    { maxHoldingSeconds: 2 },
    ...(['stopLoss', 'stopLossDistance', 'takeProfit', 'takeProfitDistance', 'trailingDistance'] as const).flatMap(
      (field) => [{ [field]: '1' }, { [field]: '2' }],
    ),
    { stopLoss: '1', takeProfit: '2' },
  ];
  fc.assert(
    fc.property(plainSignal, (signal) => {
      const hashes = options.map((option) => contentHashOf({ ...signal, ...option }));
      expect(new Set(hashes).size).toBe(options.length);
    }),
  );
});

test('a stop in another spelling is the same stop', () => {
  fc.assert(
    fc.property(plainSignal, (signal) => {
      expect(contentHashOf({ ...signal, stopLoss: '1.50' })).toBe(contentHashOf({ ...signal, stopLoss: '1.5' }));
    }),
    { numRuns: 10 },
  );
});
