import type { Client } from '@temporalio/client';
import type { TradingStateChange } from '../domain/ledger/types';
import type { TradingVenue } from '../domain/trading-venue';
import {
  cancelOrders,
  ordersToCancel,
  readOpenOrders,
  type CancelledOrder,
  type OpenOrder,
} from '../intake/open-orders';
import { SignalWorkflows } from '../intake/signal-workflows';
import { IntakeUnavailableError } from '../intake/types';
import type { CancelAnswer } from '../messages/signal';
import { createTradingStateControl, TradingStateError, type TradingStateControl } from '../trading/trading-state';
import { counted } from '../process/counted';
import { closeAll, type Closing } from './flatten';
import { PositionWorkflows } from './position-workflows';

/** What a flattened account came to. */
export interface Flattened {
  readonly change: TradingStateChange;
  readonly cancelled: readonly CancelledOrder[];
  readonly closings: readonly Closing[];
}

interface FlattenParts {
  readonly control: TradingStateControl;
  readonly signals: SignalWorkflows;
  readonly positions: PositionWorkflows;
}

export interface FlattenOptions {
  readonly reason: string;
  readonly who: string;
  /** How long the ends of positions are waited for, milliseconds. */
  readonly waitMaxMs: number;
  /** Told of each step that is done. */
  readonly onStep?: (words: string) => void;
  readonly onCancel?: (order: OpenOrder, answer: CancelAnswer | undefined) => void;
}

/**
 * Reduces trading to exits, cancels what rests of entries, and closes every position: in this order, so that no entry opens one behind
 * it. Safe to repeat.
 *
 * @throws IntakeUnavailableError: nobody answers, or no account runs
 */
export async function flattenAccount(client: Client, ours: TradingVenue, options: FlattenOptions): Promise<Flattened> {
  const parts = {
    control: createTradingStateControl(client, ours),
    signals: new SignalWorkflows(client),
    positions: new PositionWorkflows(client, ours),
  };
  try {
    return await flatten(client, ours.venue, parts, options);
  } catch (error) {
    if (error instanceof TradingStateError) throw new IntakeUnavailableError(error.message, { cause: error });
    throw error;
  }
}

async function flatten(
  client: Client,
  venue: string,
  { control, signals, positions }: FlattenParts,
  { reason, who, waitMaxMs, onStep = () => undefined, onCancel = () => undefined }: FlattenOptions,
): Promise<Flattened> {
  const change = await control.change('reducing', reason, () =>
    onStep(`Trading on ${venue} is reducing: no new entry is sent. Waits until none that was authorized can leave.`),
  );
  const open = await readOpenOrders(client, signals, venue, await control.reservations());
  const entries = ordersToCancel(open.orders, 'reduce');
  if (entries.length > 0) onStep(`Cancels ${counted(entries.length, 'open entry', 'open entries')}.`);
  const cancelled = await cancelOrders(signals, entries, { reason, origin: { who, by: 'flatten' } }, onCancel);
  onStep('Closes every position.');
  const closings = await closeAll(positions, { words: reason, reason: 'OPERATOR', waitMaxMs });
  return { change, cancelled, closings };
}
