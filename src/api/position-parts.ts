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
    // Nobody who sent a request is kept waiting for fills.
    flatten: (reason, who) => flattenAccount(client, ours, { reason, who, waitMaxMs: 0 }),
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
      await store.confirm();
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
