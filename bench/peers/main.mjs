// Runs the saga on each engine in turn and prints one table. See README.md for what the figures do and do not say.
import { cpus, release, totalmem, type as systemName } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { BenchFailure, describeFailure } from './failure.mjs';
import { measure, SIZES } from './measure.mjs';
import { serverDeath, undoAll } from './processes.mjs';
import { listAccounts } from './saga.mjs';
import { formatTable } from './table.mjs';
import { startVenue } from './venue.mjs';

const USAGE = `Usage: npm start -- [--json] [--only dbos|restate|venue] [--accounts COUNT]

  --json             print JSON instead of the table
  --only NAME        measure one row only
  --accounts COUNT   spread the sagas over this many ledgers (1 to 1000, default 1)
  --help             print this`;

const ROW_KEYS = ['dbos', 'restate', 'venue'];

/** @typedef {{ isJson: boolean, keys: string[], accounts: string[] }} Asked */

/** @returns {Asked | string} what was asked for, or what is wrong with it */
function readArguments() {
  try {
    const options = {
      json: { type: 'boolean' },
      only: { type: 'string' },
      accounts: { type: 'string', default: '1' },
      help: { type: 'boolean' },
    };
    const { values } = parseArgs({ options });
    if (values.help) return '';
    if (values.only !== undefined && !ROW_KEYS.includes(values.only)) {
      return `There is no row "${values.only}": choose dbos, restate or venue.`;
    }
    if (!/^([1-9][0-9]{0,2}|1000)$/.test(values.accounts)) {
      return `--accounts is a whole number from 1 to 1000, not "${values.accounts}".`;
    }
    const keys = values.only === undefined ? ROW_KEYS : [values.only];
    return { isJson: values.json === true, keys, accounts: listAccounts(Number(values.accounts)) };
  } catch (error) {
    return error.message;
  }
}

/**
 * @param {{ name: string, start: Function }} row
 * @param {string[]} accounts
 * @param {import('./venue.mjs').Venue} venue
 */
async function runRow({ name, start }, accounts, venue) {
  const progress = (text) => process.stderr.write(`${name}: ${text}\n`);
  progress('starting');
  const engine = await start(venue, accounts);
  const result = await measure(name, engine, accounts, venue, progress);
  await engine.stop();
  return { name, version: engine.version, durability: engine.durability, ...result };
}

/** @param {Asked} asked */
async function run({ isJson, keys, accounts }) {
  // Loaded here and not above, so that packages which are not installed end in a sentence like any other failure.
  const { ROWS } = await import('./rows.mjs');
  // Before anything takes time: a missing server is known now.
  for (const key of keys) ROWS[key].check();
  const venue = await startVenue();
  const rows = [];
  for (const key of keys) rows.push(await runRow(ROWS[key], accounts, venue));
  await venue.stop();
  const machine = {
    cores: cpus().length,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${systemName()} ${release()}`,
    node: process.version,
  };
  const { sagasAtOnce } = SIZES;
  const report = { measuredAt: new Date().toISOString(), machine, accounts: accounts.length, sagasAtOnce, rows };
  process.stdout.write(isJson ? `${JSON.stringify(report, null, 2)}\n` : formatTable(report));
}

let ending;

/**
 * Cleans up and ends the process. The first call decides the status: what fails because of the clean-up is no news.
 * @param {number} status
 * @param {string} [message]
 */
function end(status, message) {
  ending ??= (async () => {
    if (message !== undefined) process.stderr.write(`${message}\n`);
    await undoAll();
    // An engine's client may hold a socket open: all that matters has ended.
    process.exit(status);
  })();
  return ending;
}

/** @returns {Promise<unknown>} why a server ended by itself, once one has */
function readDeath() {
  return serverDeath.catch((death) => death);
}

const asked = readArguments();
if (typeof asked === 'string') {
  const isHelp = asked === '';
  (isHelp ? process.stdout : process.stderr).write(isHelp ? `${USAGE}\n` : `${asked}\n\n${USAGE}\n`);
  process.exitCode = isHelp ? 0 : 2;
} else {
  // The statuses that a shell gives for these signals.
  process.on('SIGINT', () => end(130, 'Stopped before the end.'));
  process.on('SIGTERM', () => end(143, 'Stopped before the end.'));
  process.on('SIGHUP', () => end(129, 'Stopped before the end.'));
  try {
    await Promise.race([serverDeath, run(asked)]);
    await end(0);
  } catch (error) {
    // A client may notice a dead server before this process hears of its end, which says more.
    const cause = error instanceof BenchFailure ? error : await Promise.race([readDeath(), sleep(500, error)]);
    await end(1, describeFailure(cause));
  }
}
