import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopChild } from '../../../harness/child-process';
import { findFreePorts } from '../../../harness/free-ports';
import type { Installation } from '../../../harness/installation';
import { waitFor } from '../../../harness/wait-for';
import { tradingVenueOf } from '../../../src/config/trading-environment';
import { SIGNALS_TASK_QUEUE, venueTaskQueue } from '../../../src/messages/ids';
import { get } from './trading';

const READY_MAX_MS = 60_000;
const POLL_INTERVAL_MS = 100;

/** A second machine of an installation: an API, and a process that trades signals, with a data folder of their own. */
export interface OtherMachine {
  readonly apiUrl: string;
  readonly engine: ChildProcess;
  stop(): Promise<void>;
}

/** Starts it, and returns once its API hands signals to its engine. */
export async function startOtherMachine(product: Installation): Promise<OtherMachine> {
  const { config } = product;
  const dataDir = mkdtempSync(join(tmpdir(), 'oncefill-e2e-other-'));
  const [port = 0, hooksPort = 0] = await findFreePorts(2);
  const environment = {
    DATA_DIR: dataDir,
    API_PORT: String(port),
    HOOKS_PORT: String(hooksPort),
    TEMPORAL_ADDRESS: `127.0.0.1:${config.temporal.port}`,
  };
  const queues = [SIGNALS_TASK_QUEUE, venueTaskQueue(tradingVenueOf(config))];
  const engine = product.spawn(['worker', ...queues.flatMap((queue) => ['--task-queue', queue])], environment);
  const api = product.spawn(['api'], environment);
  const apiUrl = `http://127.0.0.1:${port}`;
  const handsOver = async (): Promise<boolean> =>
    (await get<{ readonly hand_over?: string }>(`${apiUrl}/health`))?.hand_over === 'works';
  await waitFor('the other machine', handsOver, {
    timeoutMs: READY_MAX_MS,
    intervalMs: POLL_INTERVAL_MS,
    explain: () => product.lastWords(),
  });
  return {
    apiUrl,
    engine,
    async stop() {
      await Promise.all([api, engine].map(stopChild));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
