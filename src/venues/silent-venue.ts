import type { VenuePromises, Venue } from './venue';

/** The venue of a process that asks it for nothing: no exchange library is loaded for it, and every request fails. */
export function silentVenue(name: string, promises: VenuePromises): Venue {
  const refuse = (): Promise<never> =>
    Promise.reject(new Error(`This process sends nothing to ${name}: the trading engine does.`));
  const hearNothing = (): void => undefined;
  return {
    name,
    promises,
    onLimitReport: hearNothing,
    onRequestReport: hearNothing,
    onUnreadableRows: hearNothing,
    onClockJump: hearNothing,
    clockMs: () => undefined,
    markets: refuse,
    time: refuse,
    tickers: refuse,
    candles: refuse,
    balances: refuse,
    positions: refuse,
    placeOrder: refuse,
    lookUpOrder: refuse,
    recentOrders: refuse,
    openOrders: refuse,
    cancelOrder: refuse,
    close: () => Promise.resolve(),
  };
}
