import { existsSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { Config } from '../../config/schema';
import { packageRoot } from '../../config/package-root';
import { findPortHolder } from '../../net/port-holder';
import { isPortListening } from '../../net/ports';
import { readFreeSpace } from '../../process/free-disk';
import { isProcessRunning, readRunningPid } from '../../process/pid-file';
import { portsOf } from '../../supervisor/named-ports';
import { planProcesses, START_MODES } from '../../supervisor/plan';
import { pidFilePath, startLockPath } from '../../supervisor/run-folder';
import { readServerRecord, serverOwnerPath } from '../../temporal/server-record';
import { type Check, type Finding, mend, skipped, well } from './check';

const MEGABYTE = 1_048_576;
/** Older ones get no mends any more from their makers. */
const NODE_KEPT_MAJOR = 22;

/** @param version such as 22.1.0; @param needed such as >=20.19.0 */
export function judgeNode(version: string, needed: string): Finding {
  const minimum = needed.replace(/^>=/, '');
  if (version.localeCompare(minimum, 'en', { numeric: true }) < 0)
    return mend(`Node.js ${version}, and ${minimum} or newer is needed`, 'install Node.js 22 or 24');
  const remark =
    Number(version.split('.')[0]) < NODE_KEPT_MAJOR ? '; its makers mend it no more: 22 or 24 is better' : '';
  return well(`Node.js ${version}${remark}`);
}

function judgeThisNode(): Finding {
  const text = readFileSync(join(packageRoot(), 'package.json'), 'utf8');
  const { engines } = JSON.parse(text) as { readonly engines: { readonly node: string } };
  return judgeNode(process.versions.node, engines.node);
}

export const NODE_CHECK: Check = { name: 'node', run: judgeThisNode, runBare: judgeThisNode };

/** @param freeBytes on the disk that holds the data folder */
export function judgeDisk(freeBytes: number, minimumFreeMb: number): Finding {
  const found = `${Math.floor(freeBytes / MEGABYTE)} MB free`;
  if (minimumFreeMb === 0) return well(`${found}; storage.minimumFreeMb is 0: a full disk is not watched`);
  if (freeBytes >= minimumFreeMb * MEGABYTE) return well(`${found}, entries are taken above ${minimumFreeMb} MB`);
  return mend(
    `${found}, and below ${minimumFreeMb} MB no entries are taken`,
    'free some, or set DATA_DIR to another disk',
  );
}

export const DISK_CHECK: Check = {
  name: 'disk',
  async run({ config }) {
    const space = await readFreeSpace(config.dataDir);
    if ('freeBytes' in space) return judgeDisk(space.freeBytes, config.storage.minimumFreeMb);
    return mend(`what is free in ${config.dataDir} cannot be told (${space.fault})`, 'look at that file system');
  },
};

/** The processes of this data folder that run. */
function ourPids(config: Config): ReadonlySet<number> {
  const { dataDir } = config;
  const server = readServerRecord(dataDir)?.server;
  const pids = [
    ...planProcesses('all', config).map(({ name }) => readRunningPid(pidFilePath(dataDir, name))),
    ...START_MODES.map((mode) => readRunningPid(startLockPath(dataDir, mode))),
    readRunningPid(serverOwnerPath(dataDir)),
    server !== undefined && isProcessRunning(server) ? server.pid : undefined,
  ];
  return new Set(pids.filter((pid) => pid !== undefined));
}

export const PORTS_CHECK: Check = {
  name: 'ports',
  async run({ config }) {
    const ours = ourPids(config);
    const states = await Promise.all(
      portsOf(config).map(async ({ variable, port, host }) => {
        const text = `${variable} ${port}`;
        if (!(await isPortListening(port, host))) return { text: `${text} free`, foreign: undefined };
        const holder = findPortHolder(port);
        // Where the system does not tell who listens, a running product is the likeliest.
        if (holder === undefined ? ours.size > 0 : ours.has(holder.pid))
          return { text: `${text} ours`, foreign: undefined };
        const who = holder === undefined ? 'another program' : `process ${holder.pid} (${holder.command})`;
        return { text: `${text} held by ${who}`, foreign: variable };
      }),
    );
    const found = states.map(({ text }) => text).join(', ');
    const foreign = states.flatMap((state) => state.foreign ?? []);
    return foreign.length === 0
      ? well(found)
      : mend(found, `end that program, or set ${foreign.join(' and ')} to a free port`);
  },
};

/**
 * Whether one of a process's words is a file of a program.
 *
 * @param cwd the process's folder: `npm start` names its script relative to it
 */
export function runsFrom(programFolder: string, words: readonly string[], cwd: string): boolean {
  const inside = `${realpathSync(programFolder)}${sep}`;
  return words.some((word) => {
    const path = word === '' ? undefined : resolve(cwd, word);
    return path !== undefined && existsSync(path) && statSync(path).isFile() && realpathSync(path).startsWith(inside);
  });
}

/** Whose program a process runs, where the system tells: Linux. */
function runsThisProgram(pid: number): boolean | undefined {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return runsFrom(packageRoot(), words, readlinkSync(`/proc/${pid}/cwd`));
  } catch {
    return undefined;
  }
}

export const INSTALLATION_CHECK: Check = {
  name: 'installation',
  run({ config: { dataDir } }) {
    const starts = [...new Set(START_MODES.flatMap((mode) => readRunningPid(startLockPath(dataDir, mode)) ?? []))];
    if (starts.length === 0) return skipped(`nothing runs on ${dataDir}`);
    const others = starts.filter((pid) => runsThisProgram(pid) === false);
    if (others.length === 0) return well(`process ${starts.join(' and ')} runs on ${dataDir}`);
    return mend(
      `process ${others.join(' and ')} runs on ${dataDir} from another folder than ${packageRoot()}`,
      'stop it, use its own oncefill command, or set DATA_DIR to another folder',
    );
  },
};
