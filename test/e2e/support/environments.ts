import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Installation } from '../../../harness/installation';
import { runningProcesses } from '../../../harness/running-processes';
import { ENVIRONMENT_VARIABLES } from '../../../src/config/environment';

/** Keys of an exchange, which paper needs nowhere. */
export const CANARIES = ['CANARYKEY7f3a9b2c1dQ', 'CaNaRySeCrEt4k9x'] as const;

/** Nothing listens there: whatever goes through it fails. The password is one of the keys that may be found nowhere. */
const DEAD_PROXY = `http://anna:${CANARIES[1]}@127.0.0.1:9`;

/** What a user's shell may hold that no process of the product should get, with the keys. */
export const FOREIGN_ENVIRONMENT: NodeJS.ProcessEnv = {
  BYBIT_API_KEY: CANARIES[0],
  BYBIT_API_SECRET: CANARIES[1],
  NODE_OPTIONS: '--no-deprecation',
  NODE_PATH: '/nowhere',
  PYTHONPATH: '/nowhere',
  AWS_SECRET_ACCESS_KEY: 'of-somebody-else',
  ...Object.fromEntries(
    ['http_proxy', 'https_proxy', 'all_proxy', 'grpc_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].map((name) => [
      name,
      DEAD_PROXY,
    ]),
  ),
  NODE_USE_ENV_PROXY: '1',
};

const SYSTEM = ['HOME', 'LANG', 'LC_ALL', 'PATH', 'TMPDIR', 'TZ'];
/** Node's own, for the channel to the supervisor. */
const CHANNEL = ['NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'];
const SETTINGS = [...ENVIRONMENT_VARIABLES.map(({ name }) => name), 'ONCEFILL_CONFIG', 'ONCEFILL_CACHE_DIR'];

/** The processes of a started product, by a word of their command lines, and what each may have in paper. */
const LISTED: readonly { readonly process: string; readonly word: RegExp; readonly variables: readonly string[] }[] = [
  { process: 'paper_venue', word: /\0paper-venue\0/, variables: [...SYSTEM, ...CHANNEL, ...SETTINGS] },
  { process: 'trading_engine', word: /\0trading_engine\0/, variables: [...SYSTEM, ...CHANNEL, ...SETTINGS] },
  { process: 'ml_manager', word: /\0ml_manager\0/, variables: [...SYSTEM, ...CHANNEL, ...SETTINGS] },
  { process: 'system_monitor', word: /\0system_monitor\0/, variables: [...SYSTEM, ...CHANNEL, ...SETTINGS] },
  { process: 'api', word: /\0api\0/, variables: [...SYSTEM, ...CHANNEL, ...SETTINGS] },
  { process: 'temporal', word: /temporal[^\0]*\0server\0/, variables: SYSTEM },
];

/** What was looked at, and what should not have been there. */
export interface EnvironmentFindings {
  readonly processes: readonly string[];
  /** `process VARIABLE`, and `process argument` for a key in a command line. */
  readonly strangers: readonly string[];
}

/** Reads the environment of every process of the product but its supervisor, as it was started. */
export function lookAtEnvironments({ dataDir }: Installation, supervisorPid: number | undefined): EnvironmentFindings {
  const processes: string[] = [];
  const strangers: string[] = [];
  for (const pid of runningProcesses(dataDir)) {
    if (pid === supervisorPid) continue;
    const [commandLine = '', environment = ''] = ['cmdline', 'environ'].map((file) =>
      readFileSync(join('/proc', String(pid), file), 'utf8'),
    );
    const listed = LISTED.find(({ word }) => word.test(commandLine));
    const { process: name, variables } = listed ?? { process: commandLine, variables: SYSTEM };
    processes.push(name);
    const names = environment.split('\0').flatMap((entry) => entry.split('=')[0] || []);
    strangers.push(...names.filter((variable) => !variables.includes(variable)).map((each) => `${name} ${each}`));
    if (CANARIES.some((canary) => commandLine.includes(canary))) strangers.push(`${name} argument`);
  }
  return { processes: processes.toSorted((one, other) => (one < other ? -1 : 1)), strangers };
}

/** The files below a folder that hold one of the keys. */
export function filesWithKeys(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  return paths.filter((path) => {
    const content = readFileSync(path, 'latin1');
    return CANARIES.some((canary) => content.includes(canary));
  });
}
