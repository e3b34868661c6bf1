import type { OrderBounds } from '../../../src/domain/entry-bounds';
import type { Market, OrderPlan, Ticker, VenueOrder } from '../../../src/domain/market';
import type { ProtectionTerms } from '../../../src/domain/protection/plan-protection';
import type { TradingSignal } from '../../../src/domain/signal';

export const signal: TradingSignal = {
  symbol: 'BTCUSDT',
  direction: 'BUY',
  strategy: 'ml_strategy',
  timestampMs: Date.UTC(2025, 0, 14, 12, 34, 56, 789),
  intent: 'entry',
};

export const market: Market = {
  symbol: 'BTCUSDT',
  base: 'BTC',
  quote: 'USDT',
  settle: 'USDT',
  quantityStep: '0.001',
  quantityMin: '0.001',
  quantityMax: '5',
  notionalMin: '5',
  priceStep: '0.1',
  takerFee: '0.00055',
};

export const ticker: Ticker = { symbol: 'BTCUSDT', bid: '49999.9', ask: '50000' };

export const plan: OrderPlan = {
  symbol: 'BTCUSDT',
  direction: 'BUY',
  clientOrderId: 'of-0123456789abcdef',
  quantity: '0.1',
  reduceOnly: false,
  asset: 'USDT',
  reserveAmount: '1034.61',
  referencePrice: '50000',
};

export const order: VenueOrder = {
  clientOrderId: plan.clientOrderId,
  venueOrderId: '1',
  symbol: 'BTCUSDT',
  status: 'filled',
  quantity: '0.1',
  filledQuantity: '0.1',
  averagePrice: '50010',
  fee: '2.75',
  createdAtMs: 1,
  updatedAtMs: 2,
};

/** No stop by rule, and none needed: for tests that are about something else. */
export const UNGUARDED: ProtectionTerms = {
  settings: {
    required: false,
    stopLossFraction: null,
    takeProfitFraction: null,
    trailingFraction: null,
    breakEvenFraction: null,
    partialTakeProfitFraction: null,
    partialTakeProfitShare: '0.5',
    maxHoldingMinutes: null,
    stopDistanceMin: '0.0005',
    stopDistanceMax: '0.5',
    stopTrigger: 'mark',
    targetTrigger: 'last',
    unprotectedMaxSeconds: 10,
    closeUnprotectedAfterSeconds: 30,
    whileHalted: 'keep',
    moveLeast: '0.0005',
    moveIntervalSeconds: 10,
  },
  isAttachable: true,
};

/** No bound of a single order. */
export const UNBOUNDED: OrderBounds = { orderValueMax: null, priceBandFraction: null };
