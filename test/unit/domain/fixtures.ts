import type { Market, OrderPlan, Ticker, VenueOrder } from '../../../src/domain/market';
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
