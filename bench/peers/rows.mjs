import { startDbos } from './engine-dbos.mjs';
import { startRestate } from './engine-restate.mjs';
import { findPostgres } from './postgres.mjs';
import { findRestateServer } from './restate-server.mjs';
import { startVenueAlone } from './venue-alone.mjs';

/** Each row: how to see at once that it cannot run, and how to start it. */
export const ROWS = {
  dbos: { name: 'DBOS', check: findPostgres, start: startDbos },
  restate: { name: 'Restate', check: findRestateServer, start: startRestate },
  venue: { name: 'stub venue alone', check: () => {}, start: startVenueAlone },
};
