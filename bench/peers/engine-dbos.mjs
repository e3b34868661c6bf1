import { DBOS } from '@dbos-inc/dbos-sdk';
import postgres from 'postgres';

import { BenchFailure, within } from './failure.mjs';
import { startPostgres } from './postgres.mjs';
import { undoLater } from './processes.mjs';
import { ORDER_COST, PERMITS_PER_WINDOW, START_BALANCE, VENUE, WINDOW_MS } from './saga.mjs';
import { findVersion } from './versions.mjs';

/** Twenty sagas at once shall not queue for a connection: DBOS's own default is ten. */
const CONNECTIONS = 20;

/**
 * DBOS has no entities of its own: the ledger and the limiter are rows of the same database, and a row's lock lets
 * one saga at a time change it. Overspending breaks the CHECK, which undoes the whole statement.
 */
const SCHEMA = `
  CREATE TABLE ledger (account text PRIMARY KEY, available bigint NOT NULL CHECK (available >= 0), spent bigint NOT NULL);
  CREATE TABLE reservation (signal_id text PRIMARY KEY, account text NOT NULL, amount bigint NOT NULL);
  CREATE TABLE rate_window (venue text PRIMARY KEY, started_at_ms bigint NOT NULL, used integer NOT NULL);
  INSERT INTO rate_window VALUES ('${VENUE}', 0, 0);
`;

/**
 * The entities' changes. DBOS runs a step again when the process died between its end and the record of it, so each
 * change is one statement that does nothing the second time (a permit taken twice is only a permit wasted).
 * @param {import('postgres').Sql} sql
 */
function defineEntities(sql) {
  return {
    reserve: async ({ id, account }) => {
      await sql`WITH taken AS (
          INSERT INTO reservation VALUES (${id}, ${account}, ${ORDER_COST})
          ON CONFLICT DO NOTHING RETURNING account, amount)
        UPDATE ledger SET available = available - taken.amount FROM taken WHERE ledger.account = taken.account`;
    },
    permit: async ({ sentAtMs }) => {
      const changed = await sql`UPDATE rate_window SET
          started_at_ms = CASE WHEN ${sentAtMs} - started_at_ms >= ${WINDOW_MS} THEN ${sentAtMs} ELSE started_at_ms END,
          used = CASE WHEN ${sentAtMs} - started_at_ms >= ${WINDOW_MS} THEN 1 ELSE used + 1 END
        WHERE venue = ${VENUE} AND (${sentAtMs} - started_at_ms >= ${WINDOW_MS} OR used < ${PERMITS_PER_WINDOW})`;
      if (changed.count !== 1) throw new BenchFailure('DBOS: the limiter refused a permit.');
    },
    commit: async ({ id }) => {
      await sql`WITH used AS (DELETE FROM reservation WHERE signal_id = ${id} RETURNING account, amount)
        UPDATE ledger SET spent = spent + used.amount FROM used WHERE ledger.account = used.account`;
    },
    readLedger: async () => {
      const [row] =
        await sql`SELECT sum(spent) AS spent, sum(${START_BALANCE} - available - spent) AS reserved FROM ledger`;
      return { spent: Number(row.spent), reserved: Number(row.reserved) };
    },
  };
}

/** @param {ReturnType<typeof defineEntities>} entities @param {import('./venue.mjs').Venue} venue */
function registerSaga({ reserve, permit, commit }, venue) {
  const saga = async (signal) => {
    await DBOS.runStep(() => reserve(signal), { name: 'reserve' });
    await DBOS.runStep(() => permit(signal), { name: 'permit' });
    const receivedAtMs = await DBOS.runStep(() => venue.placeOrder(signal.id), { name: 'order' });
    await DBOS.runStep(() => commit(signal), { name: 'commit' });
    return receivedAtMs;
  };
  return DBOS.registerWorkflow(saga, { name: 'saga' });
}

/**
 * Starts DBOS in this process on a private PostgreSQL.
 * @param {import('./venue.mjs').Venue} venue
 * @param {string[]} accounts
 * @returns {Promise<import('./saga.mjs').Engine>}
 */
export async function startDbos(venue, accounts) {
  const database = await startPostgres();
  const sql = postgres(database.url, { max: CONNECTIONS, onnotice: () => {} });
  await sql.unsafe(SCHEMA);
  await sql`INSERT INTO ledger SELECT unnest(${accounts}::text[]), ${START_BALANCE}, 0`;
  const entities = defineEntities(sql);
  const saga = registerSaga(entities, venue);
  DBOS.setConfig({
    name: 'oncefill-bench-peers',
    systemDatabaseUrl: database.url,
    systemDatabasePoolSize: CONNECTIONS,
    applicationVersion: '1',
    logLevel: 'error',
  });
  await DBOS.launch();
  const shutDown = undoLater(async () => {
    await within(DBOS.shutdown(), 10_000, 'DBOS did not shut down within 10 s.');
    await sql.end({ timeout: 5 });
  });
  return {
    version: `DBOS ${findVersion('@dbos-inc/dbos-sdk')}, PostgreSQL ${database.version}`,
    durability: database.durability,
    runSaga: async (signal) => (await DBOS.startWorkflow(saga, { workflowID: signal.id })(signal)).getResult(),
    readLedger: entities.readLedger,
    stop: async () => {
      await shutDown();
      await database.stop();
    },
  };
}
