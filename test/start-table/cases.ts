import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';

/** Where one start may write, and what it listens on. */
export interface Place {
  /** Of this start alone; removed afterwards. */
  readonly folder: string;
  readonly ports: Readonly<Record<'API_PORT' | 'PAPER_VENUE_PORT' | 'TEMPORAL_PORT' | 'TEMPORAL_UI_PORT', string>>;
}

export interface StartCase {
  readonly name: string;
  /** Absent: `node dist/src/cli/main.js start`. */
  readonly command?: readonly string[];
  /** In front of the command: what puts it into another world. */
  readonly within?: readonly string[];
  /** Makes what the start meets. @returns variables, undefined ones are taken away */
  readonly prepare?: (place: Place) => NodeJS.ProcessEnv;
  /** What it ends with: healthy, or one sentence with the remedy. */
  readonly ends: 'healthy' | RegExp;
  /** Ctrl-C so long after the start instead of waiting for its end, milliseconds. */
  readonly interruptAfterMs?: number;
  /** Why it cannot be tried here; absent: it can. */
  readonly skipped?: string;
}

const NOBODY = 65_534;
const isRoot = process.geteuid?.() === 0;
const ENTRY = join(packageRoot(), 'dist', 'src', 'cli', 'main.js');

function onPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}

/** A folder of programs that holds Node.js alone: no Python, no temporal, no npm. */
function bareFolder({ folder }: Place): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  return bin;
}

function needsRoot(): string | undefined {
  return isRoot && onPath('setpriv') !== undefined ? undefined : 'it takes root and setpriv';
}

/** A build is its maker's alone (umask 077). */
function needsReadableProgram(): string | undefined {
  const isOpen = (statSync(join(packageRoot(), 'dist')).mode & 0o005) === 0o005;
  return isOpen ? undefined : 'this build is for the user who made it alone';
}

const AS_NOBODY = [onPath('setpriv') ?? 'setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
/** A network in which there is this machine alone. */
const OFFLINE = [
  onPath('unshare') ?? 'unshare',
  '--net',
  '/bin/sh',
  '-c',
  `${onPath('ip') ?? 'ip'} link set lo up && exec "$0" "$@"`,
];
const offlineSkipped = needsRoot() ?? (onPath('unshare') && onPath('ip') ? undefined : 'it takes unshare and ip');

/** The project's folder as a mount that nobody may write to. */
const READ_ONLY_PROJECT = [
  onPath('unshare') ?? 'unshare',
  '--mount',
  '/bin/sh',
  '-c',
  `mount --bind "${packageRoot()}" "${packageRoot()}" && mount -o remount,ro,bind "${packageRoot()}" && cd "${packageRoot()}" && exec "$0" "$@"`,
];

/** The newest server that was fetched before. */
function fetchedTemporal(): string | undefined {
  const folder = join(process.env['ONCEFILL_CACHE_DIR'] ?? join(homedir(), '.cache', 'oncefill'), 'temporal');
  const versions = existsSync(folder) ? readdirSync(folder).toSorted() : [];
  return versions.map((version) => join(folder, version, 'temporal')).findLast((file) => existsSync(file));
}

function needsTemporal(): string | undefined {
  return fetchedTemporal() === undefined ? 'no Temporal server was fetched before' : undefined;
}

/** A folder of programs with the server, as a package of the system installs it. */
function temporalFolder({ folder }: Place): string {
  const bin = join(folder, 'programs');
  mkdirSync(bin, { mode: 0o755 });
  copyFileSync(fetchedTemporal() ?? '', join(bin, 'temporal'));
  chmodSync(join(bin, 'temporal'), 0o755);
  return bin;
}

function dataOfNobody({ folder }: Place): NodeJS.ProcessEnv {
  const data = join(folder, 'data');
  for (const path of [folder, data]) {
    mkdirSync(path, { recursive: true });
    chownSync(path, NOBODY, NOBODY);
  }
  return { HOME: folder };
}

const BUSY: readonly StartCase[] = (['TEMPORAL_PORT', 'TEMPORAL_UI_PORT', 'API_PORT', 'PAPER_VENUE_PORT'] as const).map(
  (variable) => ({
    name: `${variable} is busy`,
    prepare: () => ({ [variable]: process.env['BUSY_PORT'] }),
    ends: new RegExp(`^Port \\d+ is in use .*set ${variable} to a free port\\.$`, 'm'),
  }),
);

const INTERRUPTED: readonly StartCase[] = [50, 150, 300, 500, 800, 1_200, 2_000, 3_000, 5_000].map((afterMs) => ({
  name: `Ctrl-C after ${afterMs} ms`,
  ends: /^$|Stopped\.$/m,
  interruptAfterMs: afterMs,
}));

const PROXY = 'http://127.0.0.1:9';

/** Starts as strangers make them. */
export const CASES: readonly StartCase[] = [
  { name: 'as it is', ends: 'healthy' },
  ...(['npm', 'yarn', 'pnpm'] as const).map((runner) => ({
    name: `${runner} start`,
    command: [runner, 'start'],
    ends: 'healthy' as const,
    skipped: onPath(runner) === undefined ? `${runner} is not on PATH` : undefined,
  })),
  {
    name: 'no Python, no temporal, no network; the server was fetched before',
    within: OFFLINE,
    prepare: (place) => ({ PATH: bareFolder(place) }),
    ends: 'healthy',
    skipped: offlineSkipped,
  },
  {
    name: 'no Python, no temporal, no network, and nothing was fetched',
    within: OFFLINE,
    prepare: (place) => ({ PATH: bareFolder(place), HOME: place.folder, XDG_CACHE_HOME: undefined }),
    ends: /TEMPORAL_ADDRESS/,
    skipped: offlineSkipped,
  },
  {
    name: 'a proxy that nobody answers at',
    prepare: () =>
      Object.fromEntries(
        ['http_proxy', 'https_proxy', 'all_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].map((name) => [
          name,
          PROXY,
        ]),
      ),
    ends: 'healthy',
  },
  { name: 'no HOME', prepare: () => ({ HOME: undefined }), ends: 'healthy' },
  ...BUSY,
  {
    name: 'a file where the data folder should be',
    prepare({ folder }) {
      writeFileSync(join(folder, 'file'), '');
      return { DATA_DIR: join(folder, 'file') };
    },
    ends: /file is not a folder: set DATA_DIR/,
  },
  {
    name: 'a data folder below a file',
    prepare({ folder }) {
      writeFileSync(join(folder, 'file'), '');
      return { DATA_DIR: join(folder, 'file', 'data') };
    },
    ends: /cannot be used: a file stands where a folder is needed .*DATA_DIR/,
  },
  {
    name: 'another user, with a data folder of its own',
    within: AS_NOBODY,
    prepare: (place) => ({ ...dataOfNobody(place), ONCEFILL_CACHE_DIR: process.env['START_TABLE_CACHE'] }),
    ends: 'healthy',
    skipped:
      needsRoot() ?? (process.env['START_TABLE_CACHE'] ? undefined : 'START_TABLE_CACHE names no cache of its own'),
  },
  {
    name: 'another user, in a folder that is read-only for it',
    within: AS_NOBODY,
    prepare({ folder }) {
      chmodSync(folder, 0o755);
      return { DATA_DIR: join(folder, 'data') };
    },
    ends: /cannot be used: this user may not .*DATA_DIR/,
    skipped: needsRoot() ?? needsReadableProgram(),
  },
  {
    name: 'another user, with a program that it may only read',
    within: AS_NOBODY,
    prepare: (place) => ({
      ...dataOfNobody(place),
      PATH: `${temporalFolder(place)}${delimiter}${process.env['PATH']}`,
    }),
    ends: 'healthy',
    skipped: needsRoot() ?? needsReadableProgram() ?? needsTemporal(),
  },
  {
    name: 'a project folder that can only be read',
    // A mount of its own, which ends with the process.
    within: READ_ONLY_PROJECT,
    ends: 'healthy',
    skipped: needsRoot() ?? (onPath('unshare') ? undefined : 'it takes unshare'),
  },
  {
    name: 'a project folder that can only be read, and the data folder in it',
    within: READ_ONLY_PROJECT,
    prepare: () => ({ DATA_DIR: join(packageRoot(), 'data-of-the-start-table') }),
    ends: /data-of-the-start-table cannot be used: .*DATA_DIR/,
    skipped: needsRoot() ?? (onPath('unshare') ? undefined : 'it takes unshare'),
  },
  {
    name: 'a disk with 40 MB',
    prepare({ folder }) {
      const data = join(folder, 'data');
      mkdirSync(data);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m,mode=700', 'tmpfs', data]);
      return {};
    },
    ends: /not all is well|cannot be used: the disk is full/,
    skipped: needsRoot(),
  },
  ...INTERRUPTED,
];

/** The command of a case, under the given Node.js. */
export function commandOf({ command, within = [] }: StartCase, node: string): readonly string[] {
  return [...within, ...(command ?? [node, ENTRY, 'start'])];
}
