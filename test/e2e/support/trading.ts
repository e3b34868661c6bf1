import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Installation } from '../../../harness/installation';
import { runningProcesses, runningServer } from '../../../harness/running-processes';
import { waitFor } from '../../../harness/wait-for';
import type { PaperAudit } from '../../../src/paper-venue/http/paper-routes';

const POLL_INTERVAL_MS = 100;
const STEP_MAX_MS = 60_000;
/** The product promises 10 s; the rest is for a busy machine. */
const ORPHANS_MAX_MS = 20_000;

export interface SignalBody {
  readonly symbol: string;
  readonly direction: 'BUY' | 'SELL';
  readonly strategy: string;
  readonly timestamp: string;
  readonly amount?: string;
  readonly limit_price?: string;
  readonly time_in_force?: string;
  readonly good_for_seconds?: number;
  readonly intent?: 'entry' | 'exit';
}

export interface SignalReply {
  readonly httpStatus: number;
  readonly fingerprint: string;
  readonly status: string;
  readonly conflicting?: boolean;
  readonly repeated?: boolean;
}

export interface EndedSignal {
  readonly state: string;
  readonly outcome?: string;
  readonly detail?: string;
  readonly ended_by?: string;
  readonly order?: { readonly client_order_id: string; readonly filled_quantity: string };
}

export async function send({ apiUrl }: Pick<Installation, 'apiUrl'>, body: SignalBody): Promise<SignalReply> {
  const response = await fetch(`${apiUrl}/api/signals`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(STEP_MAX_MS),
  });
  return { httpStatus: response.status, ...((await response.json()) as Omit<SignalReply, 'httpStatus'>) };
}

export function waitForEnd(installation: Installation, fingerprint: string): Promise<EndedSignal> {
  return waitForState(installation, fingerprint, 'ENDED');
}

export async function waitForState(
  installation: Installation,
  fingerprint: string,
  state: string,
): Promise<EndedSignal> {
  return waitFor(
    `signal ${fingerprint} to be ${state}`,
    async () => {
      const signal = await get<EndedSignal>(`${installation.apiUrl}/api/signals/${fingerprint}`);
      return signal?.state === state && signal;
    },
    { timeoutMs: STEP_MAX_MS, intervalMs: POLL_INTERVAL_MS, explain: () => installation.lastWords() },
  );
}

/** What the paper venue says of itself. */
export async function audit({ venueUrl }: Installation): Promise<PaperAudit> {
  const answer = await get<PaperAudit>(`${venueUrl}/paper/audit`);
  if (!answer) throw new Error('The paper venue did not answer.');
  return answer;
}

/** Waits until nothing trades, serves or predicts any more: all but the Temporal server. */
export async function waitUntilNoneWorks(installation: Installation): Promise<void> {
  const { dataDir } = installation;
  const noneWorks = (): boolean => runningProcesses(dataDir).every((pid) => pid === runningServer(dataDir));
  await waitFor('the orphans to end', async () => noneWorks(), {
    timeoutMs: ORPHANS_MAX_MS,
    intervalMs: POLL_INTERVAL_MS,
    explain: () => installation.lastWords(),
  });
}

/** @returns undefined while nobody answers, or the answer is not a success */
export async function get<Body>(url: string): Promise<Body | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(STEP_MAX_MS) });
    return response.ok ? ((await response.json()) as Body) : undefined;
  } catch {
    // Not listening yet; the caller's bound decides when that is an error.
    return undefined;
  }
}

/** Everything below the data folder, and the folder itself, that the group or others may do anything with. */
export function openToOthers({ dataDir }: Installation): readonly string[] {
  const below = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).map((name) => join(dataDir, name));
  return [dataDir, ...below].filter((path) => {
    const entry = lstatSync(path, { throwIfNoEntry: false });
    return entry !== undefined && !entry.isSymbolicLink() && (entry.mode & 0o077) !== 0;
  });
}
