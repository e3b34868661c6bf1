import { hostname } from 'node:os';
import type { Config } from '../config/schema';
import type { WorkerReading } from '../observability/workers-report';
import { askThisMachine } from '../net/ask-this-machine';
import { identifyProcess, readRunningPid } from '../process/pid-file';
import { pidFilePath } from '../supervisor/run-folder';
import type { StatusPart } from './render-status';

/** The API asks the server before it answers, which may take it some seconds. */
const ANSWER_MAX_MS = 5_000;
/** An API listens there that listens everywhere. */
const LOOPBACK_OF: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
const HEALTHS: readonly unknown[] = ['healthy', 'degraded', 'unhealthy'];

/** Where this machine reaches the API. */
function urlOf({ host, port }: Pick<Config['api'], 'host' | 'port'>, isToAsk = false): string {
  const name = isToAsk ? (LOOPBACK_OF[host] ?? host) : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** Whether something at the API's address answers as the API does, however it is. Never throws. */
export async function apiAnswers({ api }: Pick<Config, 'api'>, timeoutMs = ANSWER_MAX_MS): Promise<boolean> {
  try {
    const { body } = await askThisMachine(`${urlOf(api, true)}/health`, timeoutMs);
    return HEALTHS.includes((JSON.parse(body) as { readonly status?: unknown } | null)?.status);
  } catch {
    return false;
  }
}

/**
 * The API by its own answer, its PID file and its registration; one on another machine has no PID file here.
 *
 * @param answers whether it answers on this machine; undefined: it was not asked
 */
export function apiPart(
  config: Pick<Config, 'dataDir' | 'api'>,
  workers: readonly WorkerReading[],
  here = hostname(),
  answers?: boolean,
): StatusPart {
  const name = 'api';
  const apis = workers.filter(({ type }) => type === name);
  const isHere = ({ holder }: WorkerReading): boolean => holder?.host === here;
  // A disk that was full has no PID file of it.
  const registered = apis.find((each) => isHere(each) && identifyProcess(each.holder?.pid ?? 0) !== undefined);
  const pid = readRunningPid(pidFilePath(config.dataDir, name)) ?? registered?.holder?.pid;
  const url = urlOf(config.api);
  if (pid === undefined) {
    if (answers) return { name, status: 'healthy', text: `${url}, whose process is not known` };
    const elsewhere = apis.find(({ status, holder }) => status !== 'silent' && holder && holder.host !== here);
    if (!elsewhere?.holder) return { name, status: 'unhealthy', text: 'no process on this machine' };
    return { name, status: 'healthy', pid: elsewhere.holder.pid, text: `on ${elsewhere.holder.host}` };
  }
  const own = apis.find((each) => each.holder?.pid === pid && isHere(each));
  if (own?.status === 'silent') {
    const silentSeconds = Math.round((own.heartbeatAgeMs ?? 0) / 1_000);
    const silence = `no heartbeat for ${silentSeconds} s`;
    if (answers) return { name, status: 'degraded', pid, text: `${url} answers, and sends ${silence}` };
    return { name, status: 'unhealthy', pid, text: `${url} hangs: ${silence}` };
  }
  if (answers !== false) return { name, status: 'healthy', pid, text: url };
  return { name, status: 'degraded', pid, text: `${url} does not answer: it hangs, or is just starting` };
}
