import { request } from 'node:http';
import { hostname } from 'node:os';
import type { Config } from '../config/schema';
import type { WorkerReading } from '../observability/workers-report';
import { errorCode } from '../process/error-code';
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

/** Who hangs takes the connection and says nothing. */
const ANSWER_MAX_MS = 2_000;

/** The part once the API itself was asked, where its process is on this machine. @param timeoutMs tests have their own */
export async function answeringPart(
  part: StatusPart,
  { host, port }: Pick<Config['api'], 'host' | 'port'>,
  timeoutMs = ANSWER_MAX_MS,
): Promise<StatusPart> {
  if (part.pid === undefined || part.status === 'unhealthy' || !part.text.startsWith('http')) return part;
  const answer = await askApi(host, port, timeoutMs);
  switch (answer) {
    case 'answers':
      return part;
    case 'silent':
      return {
        ...part,
        status: 'unhealthy',
        text: `${part.text} hangs: it does not answer for ${timeoutMs / 1_000} s`,
      };
    case 'closed':
      return { ...part, status: 'starting', text: `${part.text} takes no connections yet` };
  }
}

/** Any answer is one: whom the API lets in is another matter. */
function askApi(host: string, port: number, timeoutMs: number): Promise<'answers' | 'silent' | 'closed'> {
  const everywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1', '[::]': '::1' };
  const address = everywhere[host] ?? host.replace(/^\[(.*)\]$/, '$1');
  return new Promise((resolve) => {
    const asking = request({ host: address, port, path: '/', agent: false }, (response) => {
      response.destroy();
      end('answers');
    });
    const timer = setTimeout(() => end('silent'), timeoutMs);
    const end = (answer: 'answers' | 'silent' | 'closed'): void => {
      clearTimeout(timer);
      asking.destroy();
      resolve(answer);
    };
    asking.on('error', (error) => end(errorCode(error) === 'ECONNREFUSED' ? 'closed' : 'answers'));
    asking.end();
  });
}
