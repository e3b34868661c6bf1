import { randomUUID } from 'node:crypto';
import type { TradingSignal } from '../domain/signal';
import type { PositionWorkflows } from '../positions/position-workflows';
import { HookError } from './hook-error';

/**
 * How much later than its alert a position may seem opened that the alert meant: alerts tell whole seconds, and the venue's clock is
 * another. Shorter than the time after which an alert is sent again.
 */
const CLOCKS_APART_MAX_MS = 2_000;

/** What closes positions; of a class, so that a test may stand in for it. */
export type ClosablePositions = Pick<PositionWorkflows, 'show' | 'close'>;

export type Closed =
  | { readonly status: 'closing'; readonly message: string }
  | { readonly status: 'nothing_open'; readonly message: string };

/**
 * Tells the position of a symbol to close, all of it: its own workflow makes the exits, one after the other, of the size that the
 * venue reports. An alert that comes again does not close a position that was opened after it.
 *
 * @throws HookError NOT_YET, POSITION_COMMAND_REFUSED; IntakeUnavailableError, OtherStoreError
 */
export async function closePosition(
  positions: ClosablePositions,
  { symbol, strategy, timestampMs }: Pick<TradingSignal, 'symbol' | 'strategy' | 'timestampMs'>,
  source: string,
): Promise<Closed> {
  const none: Closed = {
    status: 'nothing_open',
    message: `No position of ${symbol} is open: there is nothing to close.`,
  };
  const view = await positions.show(symbol);
  if (view === undefined || view.state === 'FLAT' || view.state === 'BOOKED') return none;
  if (view.row === undefined) throw new HookError('NOT_YET');
  if (view.row.openedAtMs > timestampMs + CLOCKS_APART_MAX_MS) {
    const message = `The position of ${symbol} was opened after this alert, which cannot mean it: nothing was closed.`;
    return { status: 'nothing_open', message };
  }
  const command = {
    requestId: `hook:${randomUUID()}`,
    words: `alert of ${source}: ${strategy}`,
    reason: 'SIGNAL',
  } as const;
  const reply = await positions.close(symbol, command);
  if (reply === undefined) return none;
  if (!reply.accepted) throw new HookError('POSITION_COMMAND_REFUSED', reply.message);
  return { status: 'closing', message: reply.message };
}
