import { hostname } from 'node:os';
import type { Config } from '../config/schema';
import type { WorkerReading } from '../observability/workers-report';
import { readRunningPid } from '../process/pid-file';
import { pidFilePath } from '../supervisor/run-folder';
import type { StatusPart } from './render-status';

/** The API reports to nobody but by its registration; one on another machine has no PID file here. */
export function apiPart(
  config: Pick<Config, 'dataDir' | 'api'>,
  workers: readonly WorkerReading[],
  here = hostname(),
): StatusPart {
  const name = 'api';
  const pid = readRunningPid(pidFilePath(config.dataDir, name));
  const apis = workers.filter(({ type }) => type === name);
  if (pid === undefined) {
    const elsewhere = apis.find(({ status, holder }) => status !== 'silent' && holder && holder.host !== here);
    if (!elsewhere?.holder) return { name, status: 'unhealthy', text: 'no process on this machine' };
    return { name, status: 'healthy', pid: elsewhere.holder.pid, text: `on ${elsewhere.holder.host}` };
  }
  const own = apis.find(({ holder }) => holder?.pid === pid && holder.host === here);
  const url = `http://${config.api.host}:${config.api.port}`;
  if (own?.status !== 'silent') return { name, status: 'healthy', pid, text: url };
  const silentSeconds = Math.round((own.heartbeatAgeMs ?? 0) / 1_000);
  return { name, status: 'unhealthy', pid, text: `${url} hangs: no heartbeat for ${silentSeconds} s` };
}
