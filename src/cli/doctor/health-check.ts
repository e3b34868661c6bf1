import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../../config/schema';
import { askThisMachine } from '../../net/ask-this-machine';
import { isPortListening } from '../../net/ports';
import { readRunningPid } from '../../process/pid-file';
import { START_MODES } from '../../supervisor/plan';
import { pidFilePath, startLockPath } from '../../supervisor/run-folder';
import { resolveAnyTarget } from '../../temporal/connection';
import { readStatus } from '../status';
import { type Check, type Finding, HEALTH, mend, skipped, unknown, well } from './check';

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
  const named = others.map(({ name, text }) => `${name}: ${text.replace(/\.$/, '')}`).join('; ');
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

export const HEALTH_CHECK: Check = {
  name: HEALTH,
  maxMs: HEALTH_MAX_MS,
  async run({ config, env }) {
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

/** Whether a start runs here, or a server of the user's own is there to be asked. */
async function isAnythingUp(config: Config, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (START_MODES.some((mode) => readRunningPid(startLockPath(config.dataDir, mode)) !== undefined)) return true;
  const { isEmbedded = false } = resolveAnyTarget(config, env);
  return isEmbedded && (await isPortListening(config.temporal.port));
}

async function askApi({ dataDir, api: { host, port } }: Config): Promise<ApiWord> {
  if (readRunningPid(pidFilePath(dataDir, 'api')) === undefined) return 'absent';
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const name = reached.includes(':') ? `[${reached}]` : reached;
  return askThisMachine(`http://${name}:${port}/health`, API_MAX_MS).catch(() => 'silent' as const);
}
