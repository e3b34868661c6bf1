import { ORDER_COST } from './saga.mjs';

/**
 * No engine: the order alone, as the lower bound of what any engine can reach. Nothing of it is durable.
 * @param {import('./venue.mjs').Venue} venue
 * @returns {Promise<import('./saga.mjs').Engine>}
 */
export async function startVenueAlone(venue) {
  let spent = 0;
  return {
    version: 'one HTTP POST',
    durability: 'nothing is durable',
    runSaga: async (signal) => {
      const receivedAtMs = await venue.placeOrder(signal.id);
      spent += ORDER_COST;
      return receivedAtMs;
    },
    readLedger: async () => ({ spent, reserved: 0 }),
    stop: async () => {},
  };
}
