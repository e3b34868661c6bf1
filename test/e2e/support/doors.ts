import { once } from 'node:events';
import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import type { Installation } from '../../../harness/installation';
import { listeningSockets, processTree } from '../../../harness/listening-sockets';
import type { ProductSocket } from '../../../harness/socket-inventory';
import { renderTable } from '../../../src/cli/table';
import type { ListedSocket } from '../../../src/net/sockets';
import { readRunningPid } from '../../../src/process/pid-file';
import { runningServer } from '../../../harness/running-processes';

/** Also on a busy machine. What speaks no HTTP/1 answers at once with something else. */
const ANSWER_MAX_MS = 20_000;
const PROCESSES = ['paper_venue', 'trading_engine', 'ml_manager', 'api', 'system_monitor'];

export interface Knock {
  readonly method?: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/** @returns the answer; undefined: it speaks no HTTP */
export async function knock(
  host: string,
  port: number,
  { method = 'GET', path, headers, body }: Knock,
): Promise<{ readonly status: number; readonly text: string } | undefined> {
  const outgoing = request({ host, port, method, path, headers, agent: false, timeout: ANSWER_MAX_MS });
  outgoing.once('timeout', () => outgoing.destroy(new Error('no answer')));
  try {
    outgoing.end(body);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode ?? 0, text };
  } catch {
    // Whatever was answered, it was not HTTP.
    return undefined;
  }
}

/** What every process of a started product listens on. */
export async function productSockets(product: Installation, supervisor: number): Promise<readonly ProductSocket[]> {
  const names = new Map<number | undefined, string>(
    PROCESSES.map((name) => [readRunningPid(join(product.dataDir, 'run', `${name}.pid`)), name]),
  );
  names.set(supervisor, 'supervisor');
  names.set(runningServer(product.dataDir), 'temporal_server');
  const found = listeningSockets(processTree(supervisor));
  return Promise.all(
    found.map(async ({ pid, ...socket }) => {
      const process = names.get(pid) ?? `process ${pid}`;
      const isKnown = process !== 'temporal_server' || socket.port === product.config.temporal.port;
      return { ...socket, process, ...(!isKnown && { name: await recognise(socket) }) };
    }),
  );
}

/** Which of the ports that the Temporal server picks by itself it is. */
async function recognise({ address, port }: Pick<ProductSocket, 'address' | 'port'>): Promise<string> {
  if (address !== '127.0.0.1') return "Web UI, the server's own";
  if ((await knock(address, port, { path: '/api/v1/namespaces' })) === undefined)
    return 'Temporal, between its services';
  const metrics = await knock(address, port, { path: '/metrics' });
  return metrics?.status === 200 ? 'Temporal, metrics' : 'Temporal, HTTP API';
}

/** The sockets that were found, as a table for people. */
export function socketTable(
  rows: readonly { readonly socket: ProductSocket; readonly listed: ListedSocket }[],
): string {
  const cells = rows.map(({ socket, listed }) => [
    listed.name,
    listed.process,
    listed.protocol,
    `${socket.address}:${socket.port}`,
    listed.guard,
  ]);
  return renderTable([['socket', 'process', 'speaks', 'address', 'guard'], ...cells]).join('\n');
}
