import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';

import { BenchFailure } from './failure.mjs';
import { findFreePort, makeTemporaryFolder, startProcess, waitUntilReady } from './processes.mjs';

/** @returns {string} the server's program for this machine, from its npm package */
export function findRestateServer() {
  // The platform packages are dependencies of the server's package: look from there.
  const serverPackage = createRequire(import.meta.url).resolve('@restatedev/restate-server/package.json');
  const platform = `${process.platform}-${process.arch}`;
  try {
    return createRequire(serverPackage).resolve(`@restatedev/restate-server-${platform}/bin/restate-server`);
  } catch {
    throw new BenchFailure(
      `Restate's server for ${platform} is not installed: run "npm ci" here without --omit=optional, or measure only ` +
        'the other engine with "npm start -- --only dbos".',
    );
  }
}

/** @param {string} program @param {object} options @returns {string} the settings that decide what "durable" means */
function readDurability(program, options) {
  const settings = execFileSync(program, ['--dump-config'], { ...options, encoding: 'utf8' });
  const provider = /^default-provider = "(.*)"$/m.exec(settings)?.[1];
  const section = provider === 'local' ? 'bifrost.local' : 'log-server';
  const log = settings.split(/^\[/m).find((part) => part.startsWith(`${section}]`)) ?? '';
  const isFsyncOff = /^rocksdb-disable-wal-fsync = (.*)$/m.exec(log)?.[1];
  return `${provider} log on one node, rocksdb-disable-wal-fsync=${isFsyncOff}`;
}

/**
 * Starts a private single-node server with its default settings in a temporary folder.
 * @returns {Promise<{ ingressUrl: string, adminUrl: string, version: string, durability: string,
 *   stop: () => Promise<void> }>}
 */
export async function startRestateServer() {
  const program = findRestateServer();
  const folder = makeTemporaryFolder();
  const [ingressPort, adminPort, nodePort] = [await findFreePort(), await findFreePort(), await findFreePort()];
  // The user's own RESTATE_ variables are left out: they would change what is measured.
  const env = {
    PATH: process.env.PATH,
    RESTATE_BASE_DIR: folder.path,
    RESTATE_NODE_NAME: 'bench',
    RESTATE_LISTEN_MODE: 'tcp',
    RESTATE_BIND_IP: '127.0.0.1',
    RESTATE_BIND_PORT: String(nodePort),
    RESTATE_ADVERTISED_HOST: '127.0.0.1',
    RESTATE_INGRESS__BIND_PORT: String(ingressPort),
    RESTATE_ADMIN__BIND_PORT: String(adminPort),
    RESTATE_ADMIN__DISABLE_WEB_UI: 'true',
    RESTATE_DISABLE_TELEMETRY: 'true',
    RESTATE_LOG_FILTER: 'warn,octocrab=off',
    RESTATE_LOG_DISABLE_ANSI_CODES: 'true',
    RESTATE_SHUTDOWN_TIMEOUT: '10s',
  };
  const options = { cwd: folder.path, env };
  const durability = readDurability(program, options);
  const version = execFileSync(program, ['--version'], { ...options, encoding: 'utf8' })
    .trim()
    .split(' ')
    .pop();
  const server = startProcess('Restate', program, ['--no-logo'], options);
  const ingressUrl = `http://127.0.0.1:${ingressPort}`;
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const isReady = async () => {
    const answers = await Promise.all([fetch(`${adminUrl}/health`), fetch(`${ingressUrl}/restate/health`)]);
    return answers.every((answer) => answer.ok);
  };
  await waitUntilReady('Restate', server, isReady, 60_000);
  const stop = async () => {
    await server.stop();
    await folder.remove();
  };
  return { ingressUrl, adminUrl, version, durability, stop };
}
