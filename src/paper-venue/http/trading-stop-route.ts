import { readStopChange } from '../matching/stop-change';
import { assertOneWay } from './order-routes';
import { type Route, requireLinear, requireSymbol } from './route';
import { RET_CODES, VenueRefusal } from '../ret-codes';

/** Stops of a part of a position, and those that wait in the book as limit orders. */
const UNSUPPORTED = ['tpSize', 'slSize', 'tpLimitPrice', 'slLimitPrice'];

/** Sets, changes and removes what guards a position, for the whole of it. It counts as an order. */
export const TRADING_STOP: Route = {
  name: 'trading_stop',
  method: 'POST',
  path: '/v5/position/trading-stop',
  group: 'order',
  signed: true,
  unsupported: UNSUPPORTED,
  handle: (core, parameters, { refusesStopFor, stopTrouble }) => {
    requireLinear(parameters);
    const symbol = requireSymbol(core, parameters);
    assertOneWay(core);
    const { positionIdx } = parameters;
    if (positionIdx !== undefined && Number(positionIdx) !== 0) {
      throw new VenueRefusal(RET_CODES.parametersInvalid, 'position idx not match position mode');
    }
    const change = readStopChange(parameters, core.feed.instruments.get(symbol)!);
    if (refusesStopFor) throw refusesStopFor;
    core.engine.stops.change(symbol, change, stopTrouble);
    return {};
  },
};
