import type { Config } from '../config/schema';
import { tradingVenueOf } from '../config/trading-environment';
import { confirmStore } from '../intake/confirm-store';
import { SignalExplainer } from '../intake/signal-explainer';
import { changeTrading } from '../positions/change-trading';
import { flattenAccount } from '../positions/flatten-account';
import { positionNoteOf } from '../positions/position-note';
import { PositionWorkflows } from '../positions/position-workflows';
import type { connectClient } from '../temporal/connection';
import type { StoreGate } from '../temporal/store-gate';
import { createPredictionsControl } from '../intake/predictions-control';
import type { Predictions } from './ml-routes';
import type { Positions } from './position-routes';
import type { ApiDependencies } from './server';

/**
 * An explanation that is asked for over HTTP is there within three seconds, the rest of which is for the way to it, or it is told
 * that the server does not answer. Milliseconds.
 */
const EXPLAINED_WITHIN_MS = 2_500;

type ConnectedClient = Awaited<ReturnType<typeof connectClient>>['client'];

/** What reads and tells positions, and explains signals by them. */
export function positionParts(
  client: ConnectedClient,
  config: Config,
  store: StoreGate,
): Pick<ApiDependencies, 'positions' | 'flatten' | 'trading' | 'predictions' | 'explainer'> {
  const ours = tradingVenueOf(config);
  const { dataDir } = config;
  const positions = new PositionWorkflows(client, ours);
  return {
    positions: confirmedPositions(positions, store),
    flatten: async (reason, who) => {
      await confirmStore(store);
      // Nobody who sent a request is kept waiting for fills.
      return flattenAccount(client, ours, { reason, who, waitMaxMs: 0 });
    },
    trading: {
      venue: config.venue,
      changeTrading: async (options) => {
        await confirmStore(store);
        return changeTrading(client, ours, options);
      },
    },
    predictions: confirmedPredictions(createPredictionsControl(client, ours.environment), store),
    explainer: new SignalExplainer({
      client,
      dataDir,
      withinMs: EXPLAINED_WITHIN_MS,
      positionOf: (view, timeoutMs) => positionNoteOf(positions, view, timeoutMs),
    }),
  };
}

function confirmedPredictions(control: Predictions, store: StoreGate): Predictions {
  return {
    settings: () => control.settings(),
    async pause(wish) {
      await confirmStore(store);
      return control.pause(wish);
    },
    async resume(wish) {
      await confirmStore(store);
      return control.resume(wish);
    },
    async change(command) {
      await confirmStore(store);
      return control.change(command);
    },
  };
}

/** What tells a position something asks first whether the store is ours; who only looks is told by health. */
function confirmedPositions(positions: PositionWorkflows, store: StoreGate): Positions {
  const confirmed =
    <Args extends unknown[], Result>(tell: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await confirmStore(store);
      return tell(...args);
    };
  return {
    list: () => positions.list(),
    show: (symbol) => positions.show(symbol),
    trades: (days) => positions.trades(days),
    risk: () => positions.risk(),
    close: confirmed((symbol, command) => positions.close(symbol, command)),
    protect: confirmed((symbol, command) => positions.protect(symbol, command)),
  };
}
