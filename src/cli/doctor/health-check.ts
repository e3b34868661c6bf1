import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../../config/schema';
import { askThisMachine } from '../../net/ask-this-machine';
import { isPortListening } from '../../net/ports';
import { readRunningPid } from '../../process/pid-file';
import { START_MODES } from '../../supervisor/plan';
import { pidFilePath, startLockPath } from '../../supervisor/run-folder';
import { resolveAnyTarget } from '../../temporal/connection';
import { readStatus } from '../status';
import { type Check, type DoctorContext, type Finding, HEALTH, mend, skipped, unknown, well } from './check';
import { readNamespace } from './server-checks';

/** Below what a check may take. */
const API_MAX_MS = 3_000;
/** Two readings, the slowest of which takes three seconds, and the way to the server. */
const HEALTH_MAX_MS = 12_000;
/** All checks begin at once: what one does not hear then says more of this process than of the system. */
const CONFIRMATION_PAUSE_MS = 2_000;
const ADVICE = 'look with "oncefill status", and into "oncefill logs"';

/** What `GET /health` said. absent: no API runs here. silent: it gave no answer in time. */
export type ApiWord = 'absent' | 'silent' | { readonly status: number };

/** How the parts are, as `oncefill status` has them, and whether the API says the same. */
export function judgeHealth(
  { status, parts }: Pick<Awaited<ReturnType<typeof readStatus>>, 'status' | 'parts'>,
  api: ApiWord,
): Finding {
  const others = parts.filter((part) => part.status !== 'healthy');
  const named = [...namesByText(others)].map(([text, names]) => `${names.join(', ')}: ${text}`).join('; ');
  if (status !== 'healthy') {
    const isStarting = others.every((part) => part.status === 'starting');
    return isStarting ? unknown(`not known yet (${named})`) : mend(`the whole is ${status}. ${named}`, ADVICE);
  }
  if (api === 'silent')
    return unknown(`all parts are up, and GET /health gave no answer within ${API_MAX_MS / 1_000} s: machine busy?`);
  if (api !== 'absent' && api.status !== 200)
    return mend(`all parts are up, and GET /health answered HTTP ${api.status}`, ADVICE);
  return well(`all ${parts.length} parts are up`);
}

/** What several parts say is told once. */
function namesByText(parts: readonly { readonly name: string; readonly text: string }[]) {
  const names = new Map<string, string[]>();
  for (const { name, text } of parts) {
    const said = text.replace(/\.$/, '');
    names.set(said, [...(names.get(said) ?? []), name]);
  }
  return names;
}

export const HEALTH_CHECK: Check = {
  name: HEALTH,
  maxMs: HEALTH_MAX_MS,
  async run({ config, env, server }) {
    if (await isOfOthers(config, env, server)) return serverOfOthers(config, env);
    if (!(await isAnythingUp(config, env))) return skipped('nothing runs: it is asked after "oncefill start"');
    const first = await look(config);
    if (first.verdict === 'well') return first;
    await delay(CONFIRMATION_PAUSE_MS);
    return look(config);
  },
};

async function look(config: Config): Promise<Finding> {
  const [found, api] = await Promise.all([readStatus(config), askApi(config)]);
  return judgeHealth(found, api);
}

/** Whether the server where ours would be is another copy's: it runs, nothing runs here, and our namespace is not there. */
async function isOfOthers(config: Config, env: NodeJS.ProcessEnv, server: DoctorContext['server']): Promise<boolean> {
  if (isStarted(config)) return false;
  const { isEmbedded = false } = resolveAnyTarget(config, env);
  if (!isEmbedded || !(await isPortListening(config.temporal.port))) return false;
  try {
    return (await readNamespace(await server(), config.temporal.namespace)) === undefined;
  } catch {
    // What is there is no server of Temporal's, or a busy one: the checks of the server say so.
    return false;
  }
}

/** What to do about a server at our address that knows nothing of us. */
function serverOfOthers(config: Config, env: NodeJS.ProcessEnv): Finding {
  const { address } = resolveAnyTarget(config, env);
  return mend(
    `the server at ${address} has no namespace ${config.temporal.namespace}: it is another copy's`,
    'give this one ports of its own (temporal.port, temporal.uiPort, api.port; on paper paperVenue.port, too), or end the other',
  );
}

function isStarted({ dataDir }: Config): boolean {
  return START_MODES.some((mode) => readRunningPid(startLockPath(dataDir, mode)) !== undefined);
}

/** Whether a start runs here, or a server of the user's own is there to be asked. */
async function isAnythingUp(config: Config, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (isStarted(config)) return true;
  const { isEmbedded = false } = resolveAnyTarget(config, env);
  return isEmbedded && (await isPortListening(config.temporal.port));
}

async function askApi({ dataDir, api: { host, port } }: Config): Promise<ApiWord> {
  if (readRunningPid(pidFilePath(dataDir, 'api')) === undefined) return 'absent';
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const name = reached.includes(':') ? `[${reached}]` : reached;
  return askThisMachine(`http://${name}:${port}/health`, API_MAX_MS).catch(() => 'silent' as const);
}
