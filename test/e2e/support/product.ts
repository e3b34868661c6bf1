import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PaperAudit } from '../../../src/paper-venue/http/paper-routes';

const REPOSITORY = join(__dirname, '..', '..', '..');
const CLI_ENTRY = join(REPOSITORY, 'dist', 'src', 'cli', 'main.js');
const POLL_INTERVAL_MS = 100;
/** A first start may fetch the Temporal server. */
const HEALTHY_MAX_MS = 240_000;
/** The product promises 10 s; the rest is for a busy machine. */
const STOP_MAX_MS = 20_000;
const STEP_MAX_MS = 60_000;
/** Output shown when a wait fails. */
const OUTPUT_SHOWN_LENGTH_MAX = 4_000;

export interface SignalBody {
  readonly symbol: string;
  readonly direction: 'BUY' | 'SELL';
  readonly strategy: string;
  readonly timestamp: string;
  readonly amount?: string;
}

export interface SignalReply {
  readonly httpStatus: number;
  readonly fingerprint: string;
  readonly status: string;
  readonly conflicting?: boolean;
}

export interface EndedSignal {
  readonly state: string;
  readonly outcome?: string;
  readonly order?: { readonly client_order_id: string; readonly filled_amount: string };
}

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
}

async function findFreePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { readonly port: number }).port);
  for (const server of servers) server.close();
  return ports;
}

async function sleep(durationMs: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}

/** The processes that inherited this installation's DATA_DIR, by number; empty where there is no /proc. */
function findByEnvironment(dataDir: string): readonly number[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((entry) => {
      try {
        return readFileSync(`/proc/${entry}/environ`, 'utf8').includes(`DATA_DIR=${dataDir}\0`);
      } catch {
        // It ended while we looked, or belongs to somebody else.
        return false;
      }
    })
    .map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** One installation of the product, with a data folder and ports of its own, started as a user starts it. */
export class Product {
  private supervisor: ChildProcess | undefined;
  private output = '';

  private constructor(
    private readonly dataDir: string,
    private readonly apiPort: number,
    private readonly paperPort: number,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async create(): Promise<Product> {
    if (!existsSync(CLI_ENTRY)) throw new Error(`${CLI_ENTRY} is missing: run "npm run build" first.`);
    const [apiPort = 0, paperPort = 0, temporalPort = 0, uiPort = 0] = await findFreePorts(4);
    const dataDir = mkdtempSync(join(tmpdir(), 'oncefill-e2e-'));
    const { TEMPORAL_ADDRESS: _, ONCEFILL_CONFIG: __, ...inherited } = process.env;
    return new Product(dataDir, apiPort, paperPort, {
      ...inherited,
      NO_COLOR: '1',
      DATA_DIR: dataDir,
      API_PORT: String(apiPort),
      PAPER_VENUE_PORT: String(paperPort),
      TEMPORAL_PORT: String(temporalPort),
      TEMPORAL_UI_PORT: String(uiPort),
    });
  }

  /** `oncefill start`, in a process group of its own as a shell would give it. */
  start(): void {
    const child = spawn(process.execPath, [CLI_ENTRY, 'start'], {
      cwd: this.dataDir,
      env: this.environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.supervisor = child;
    const remember = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-OUTPUT_SHOWN_LENGTH_MAX);
    };
    child.stdout.on('data', remember);
    child.stderr.on('data', remember);
  }

  async waitUntilHealthy(): Promise<void> {
    await this.waitUntil(
      async () => {
        if (this.supervisor?.exitCode !== null)
          throw new Error(`The product ended at its start. ${this.describeOutput()}`);
        return (await this.get<{ status: string }>(this.apiPort, '/health'))?.status === 'healthy';
      },
      'the product to become healthy',
      HEALTHY_MAX_MS,
    );
  }

  async send(body: SignalBody): Promise<SignalReply> {
    const response = await fetch(`http://127.0.0.1:${this.apiPort}/api/signals`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(STEP_MAX_MS),
    });
    return { httpStatus: response.status, ...((await response.json()) as Omit<SignalReply, 'httpStatus'>) };
  }

  async waitForEnd(fingerprint: string): Promise<EndedSignal> {
    let ended: EndedSignal | undefined;
    await this.waitUntil(
      async () => {
        const signal = await this.get<EndedSignal>(this.apiPort, `/api/signals/${fingerprint}`);
        if (signal?.state === 'ENDED') ended = signal;
        return ended !== undefined;
      },
      `the end of signal ${fingerprint}`,
      STEP_MAX_MS,
    );
    if (!ended) throw new Error('The wait ended without a signal.');
    return ended;
  }

  async audit(): Promise<PaperAudit> {
    const audit = await this.get<PaperAudit>(this.paperPort, '/paper/audit');
    if (!audit) throw new Error('The paper venue did not answer.');
    return audit;
  }

  /** Runs another `oncefill` command of this installation to its end. */
  async run(...words: readonly string[]): Promise<CommandResult> {
    const child = spawn(process.execPath, [CLI_ENTRY, ...words], {
      cwd: this.dataDir,
      env: this.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: STEP_MAX_MS,
    });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { exitCode, stdout };
  }

  /** Ctrl-C: SIGINT to the terminal's process group. @returns the exit code */
  async interrupt(): Promise<number | null> {
    const { supervisor } = this;
    if (supervisor?.pid === undefined) throw new Error('The product was not started.');
    const { pid } = supervisor;
    process.kill(-pid, 'SIGINT');
    // Its own account of the end: a process that is gone may not have been heard of yet.
    const hasEnded = (): boolean => supervisor.exitCode !== null || supervisor.signalCode !== null;
    await this.waitUntil(() => Promise.resolve(hasEnded()), 'the product to stop', STOP_MAX_MS);
    return supervisor.exitCode;
  }

  /** Kills only the process that the user started, as the system does when memory runs out. */
  killSupervisor(): void {
    this.supervisor?.kill('SIGKILL');
  }

  /** The processes of the product that still run, by number. */
  processes(): readonly number[] {
    return [...new Set([...findByEnvironment(this.dataDir), ...this.serverPid()])].filter(isAlive);
  }

  /** The processes that trade, serve or predict, which is all but the Temporal server. */
  workingProcesses(): readonly number[] {
    const server = this.serverPid();
    return this.processes().filter((pid) => !server.includes(pid));
  }

  async waitUntilNoneWorks(): Promise<void> {
    await this.waitUntil(
      () => Promise.resolve(this.workingProcesses().length === 0),
      'the orphans to end',
      STOP_MAX_MS,
    );
  }

  /** Ends whatever a failed test left, and removes the data folder. */
  dispose(): void {
    for (const pid of this.processes()) process.kill(pid, 'SIGKILL');
    rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** The server inherits no environment; the product notes its process instead. */
  private serverPid(): readonly number[] {
    try {
      const text = readFileSync(join(this.dataDir, 'run', 'temporal-server.json'), 'utf8');
      return [(JSON.parse(text) as { server: { pid: number } }).server.pid];
    } catch {
      // No server was started, or it was stopped in good order.
      return [];
    }
  }

  /** @returns undefined while nobody answers, or the answer is not a success */
  private async get<Body>(port: number, path: string): Promise<Body | undefined> {
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(STEP_MAX_MS) });
      return response.ok ? ((await response.json()) as Body) : undefined;
    } catch {
      // Not listening yet; the caller's bound decides when that is an error.
      return undefined;
    }
  }

  private describeOutput(): string {
    return `Its output:\n${this.output}`;
  }

  private async waitUntil(condition: () => Promise<boolean>, what: string, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}. ${this.describeOutput()}`);
      await sleep(POLL_INTERVAL_MS);
    }
  }
}
