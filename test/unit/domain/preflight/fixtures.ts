import type {
  AccountReport,
  Answered,
  Expectations,
  KeyFacts,
  SymbolFacts,
} from '../../../../src/domain/preflight/facts';

export const NOW_MS = Date.UTC(2026, 10, 29, 12);

export const EXPECTED: Expectations = {
  venue: 'bybit',
  environment: 'live',
  region: 'global',
  symbols: ['BTCUSDT', 'ETHUSDT'],
  settleAsset: 'USDT',
  leverage: 1,
  leverageAtVenue: 'compare',
  takerFee: '0.0006',
  keptAccountIds: ['100'],
  allowsWithdrawal: false,
  keepsStops: false,
};

export const KEY: KeyFacts = {
  accountId: '100',
  isReadOnly: false,
  mayOrder: true,
  mayPosition: true,
  mayWithdraw: false,
  mayTransfer: false,
  isBoundToAddress: true,
  isMainAccount: false,
};

export const SYMBOL: SymbolFacts = {
  positionMode: 'one_way',
  positions: [{ leverage: '1', size: '0', isReduceOnly: false, isTakenOver: false }],
};

export function known<Facts>(facts: Facts): Answered<Facts> {
  return { status: 'known', facts };
}

export function unread(message = 'no answer', isFinal = false, venueCode?: string): Answered<never> {
  return { status: 'unread', message, isFinal, venueCode };
}

export const FEES = {
  BTCUSDT: { taker: '0.00055', maker: '0.0002' },
  ETHUSDT: { taker: '0.00055', maker: '-0.00005' },
};

/** An account with which nothing is wrong. */
export const GOOD: AccountReport = {
  key: known(KEY),
  account: known({ kind: 'unified', marginMode: 'cross' }),
  habits: known({ movesLimitPrices: false }),
  fees: known(FEES),
  tradable: known(['BTCUSDT', 'ETHUSDT', 'SOLUSDT']),
  maintenance: known([]),
  symbols: { BTCUSDT: known(SYMBOL), ETHUSDT: known(SYMBOL) },
  leverageRefusals: {},
};
