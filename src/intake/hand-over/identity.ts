import type { Config } from '../../config/schema';
import { tradingVenueOf } from '../../config/trading-environment';
import { HAND_OVER_PROTOCOL, type Greeting } from './protocol';

/** @param namespace as it is connected to */
export function handOverIdentity(config: Config, namespace: string): Greeting {
  return { protocol: HAND_OVER_PROTOCOL, ...tradingVenueOf(config), namespace };
}
