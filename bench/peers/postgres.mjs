import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import postgres from 'postgres';

import { BenchFailure } from './failure.mjs';
import { findFreePort, makeTemporaryFolder, startProcess, waitUntilReady } from './processes.mjs';

const USER = 'bench';
/** Where Debian and Ubuntu put the server's programs, which they keep off PATH. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';

/** @returns {string} the folder with `initdb` and `postgres`: PATH first, then Debian's newest version */
export function findPostgres() {
  const debianVersions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER) : [];
  const newestFirst = debianVersions.sort((a, b) => Number(b) - Number(a));
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''),
    ...newestFirst.map((version) => join(DEBIAN_FOLDER, version, 'bin')),
  ];
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
  if (found !== undefined) return found;
  throw new BenchFailure(
    'DBOS needs a PostgreSQL server and none is installed: run "apt-get install postgresql" (or put initdb and ' +
      'postgres on PATH), or measure only the other engine with "npm start -- --only restate".',
  );
}

/** @returns {{ uid?: number, gid?: number }} whom to run as: PostgreSQL refuses root, so root steps down */
function findServerUser() {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    try {
      const readId = (flag) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: readId('-u'), gid: readId('-g') };
    } catch {
      // This machine has no such user.
    }
  }
  throw new BenchFailure('PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it as.');
}

/** @param {string} program @param {string[]} args @param {object} options */
function runInitdb(program, args, options) {
  try {
    execFileSync(program, args, { ...options, stdio: 'pipe' });
  } catch (error) {
    const words = String(error.stderr ?? error.message).trim();
    throw new BenchFailure(`PostgreSQL could not make its data folder: ${words.replaceAll('\n', ' ')}`);
  }
}

/**
 * Starts a private cluster with PostgreSQL's default settings in a temporary folder.
 * @returns {Promise<{ url: string, version: string, durability: string, stop: () => Promise<void> }>}
 */
export async function startPostgres() {
  const programs = findPostgres();
  const user = findServerUser();
  const folder = makeTemporaryFolder();
  const data = join(folder.path, 'data');
  const passwordFile = join(folder.path, 'password');
  // Any user of this machine can reach 127.0.0.1, and a database's superuser can run commands: hence a password.
  const password = randomBytes(24).toString('hex');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  mkdirSync(data, { mode: 0o700 });
  if (user.uid !== undefined) {
    for (const path of [folder.path, data, passwordFile]) chownSync(path, user.uid, user.gid);
  }
  // The server's messages are matched by nobody, but read by the user: keep them in one language.
  const options = { ...user, cwd: folder.path, env: { PATH: process.env.PATH, LC_ALL: 'C' } };
  const initArguments = [`--pgdata=${data}`, `--username=${USER}`, `--pwfile=${passwordFile}`];
  initArguments.push('--auth=scram-sha-256', '--encoding=UTF8', '--locale=C');
  runInitdb(join(programs, 'initdb'), initArguments, options);

  const port = await findFreePort();
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];
  // SIGINT is PostgreSQL's "fast" stop: SIGTERM would wait for every connection to close.
  const server = startProcess('PostgreSQL', join(programs, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
    ...options,
    stopSignal: 'SIGINT',
  });
  const url = `postgresql://${USER}:${password}@127.0.0.1:${port}/postgres`;
  const client = postgres(url, { max: 1, onnotice: () => {} });
  let shown;
  const isReady = async () => {
    const [row] = await client`SELECT current_setting('server_version') AS version,
      current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit`;
    shown = row;
    return true;
  };
  await waitUntilReady('PostgreSQL', server, isReady, 30_000);
  await client.end();
  const stop = async () => {
    await server.stop();
    await folder.remove();
  };
  const durability = `fsync=${shown.fsync}, synchronous_commit=${shown.commit}`;
  return { url, version: shown.version.split(' ')[0], durability, stop };
}
