// Runs engines in turns for oncefill's own bench, which asks over the process's channel: so all of them are measured in the
// same minutes. Starts those that its arguments name, and ends with the channel.
import { describeFailure } from './failure.mjs';
import { checkBooks, measureTurn } from './measure.mjs';
import { serverDeath, undoAll } from './processes.mjs';
import { listAccounts } from './saga.mjs';
import { startVenue } from './venue.mjs';

/** One ledger, as ours has one account. */
const ACCOUNTS = listAccounts(1);

/** Each engine with a venue and a count of its own. @type {Map<string, object>} */
const engines = new Map();

/** @param {string[]} keys @returns {Promise<object>} what is up, and sentences about what is not */
async function open(keys) {
  // Loaded here, so that packages which are not installed end in a sentence like any other failure.
  const { ROWS } = await import('./rows.mjs');
  const leftOut = [];
  const opened = [];
  for (const key of keys) {
    const { name, check, start } = ROWS[key];
    try {
      check();
    } catch (error) {
      leftOut.push(`${name} is left out. ${describeFailure(error)}`);
      continue;
    }
    const venue = await startVenue();
    const engine = await start(venue, ACCOUNTS);
    engines.set(key, { name, venue, engine, sagas: 0 });
    opened.push({ key, note: `${name}: ${engine.version}; ${engine.durability}.` });
  }
  return { opened, leftOut };
}

/** @param {{ key: string, count: number, atOnce: number }} asked */
async function takeTurn({ key, count, atOnce }) {
  const entry = engines.get(key);
  const first = entry.sagas;
  entry.sagas += count;
  return { turn: await measureTurn(entry.name, entry.engine, ACCOUNTS, { first, count, atOnce }) };
}

/** Compares the books of every engine, and stops it. */
async function close() {
  for (const { name, venue, engine, sagas } of engines.values()) {
    checkBooks(name, sagas, await venue.takeCount(), await engine.readLedger());
    await engine.stop();
    await venue.stop();
  }
  return { closed: true };
}

/** @param {() => Promise<object>} work what to answer with, or why not */
async function answer(work) {
  const answered = await Promise.race([serverDeath, work()]).catch((error) => ({ failure: describeFailure(error) }));
  if (process.connected) process.send(answered);
}

process.on('message', (asked) => void answer(() => (asked.close ? close() : takeTurn(asked))));
process.on('disconnect', () => void undoAll().finally(() => process.exit(0)));
await answer(() => open(process.argv.slice(2)));
