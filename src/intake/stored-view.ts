import type { OrderView, SignalView } from '../domain/signal-view';

/** A signal's account as its workflow gave it: one from before `state` and `filledQuantity` has their older names. */
export type StoredSignalView =
  | SignalView
  | (Omit<SignalView, 'state' | 'order'> & { readonly stage: SignalView['state']; readonly order?: StoredOrderView });

type StoredOrderView = OrderView | (Omit<OrderView, 'filledQuantity'> & { readonly filledAmount: string });

/** Reads a signal's account under either names. The server keeps those of ended signals for as long as its retention. */
export function readSignalView(stored: StoredSignalView): SignalView {
  if ('state' in stored) return stored;
  const { stage, order, ...rest } = stored;
  return { ...rest, state: stage, order: order && readOrderView(order) };
}

function readOrderView(stored: StoredOrderView): OrderView {
  if ('filledQuantity' in stored) return stored;
  const { filledAmount, ...rest } = stored;
  return { ...rest, filledQuantity: filledAmount };
}
