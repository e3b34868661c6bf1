import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { CliError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import { loadConfig } from '../src/config/load-config';
import { packageRoot } from '../src/config/package-root';
import type { Config } from '../src/config/schema';
import { findFreePorts } from '../src/net/free-ports';
import type { ProcessEvent } from '../src/process/process-events';
import { benchSettings, PORTS_NEEDED, type ConfigOverrides } from './settings';

/** What a child needs to run; anything else could lead it to another server, venue or folder. */
const INHERITED_VARIABLES = ['HOME', 'LANG', 'ONCEFILL_CACHE_DIR', 'PATH', 'TMPDIR', 'TZ', 'XDG_CACHE_HOME'];
const READY_MAX_MS = 30_000;
/** The product promises to stop within 10 s. */
const STOP_MAX_MS = 15_000;
/** Lines of a child's output that an error repeats. */
const OUTPUT_LINES_SHOWN_MAX = 5;

/** A data folder in the system's temporary folder, with a configuration and ports of its own. */
export class Installation {
  private readonly children = new Set<ChildProcess>();
  /** Whatever happens to this process, it leaves no child behind. */
  private readonly killChildren = (): void => this.children.forEach((child) => void child.kill('SIGKILL'));

  private constructor(
    readonly dataDir: string,
    readonly config: Config,
    private readonly configFile: string,
  ) {
    process.once('exit', this.killChildren);
  }

  /**
   * @param ml whether the model trades along
   * @throws CliError when the product is not built
   */
  static async create({ ml = false, config }: { ml?: boolean; config?: ConfigOverrides } = {}): Promise<Installation> {
    if (!existsSync(programEntry())) {
      throw new CliError(`${programEntry()} is missing: run "npm run build" first.`, ExitCode.USAGE);
    }
    const dataDir = mkdtempSync(join(tmpdir(), 'oncefill-bench-'));
    const configFile = join(dataDir, 'bench.yaml');
    writeFileSync(configFile, stringify(benchSettings(dataDir, await findFreePorts(PORTS_NEEDED), ml, config)));
    return new Installation(dataDir, loadConfig({ file: configFile, env: {}, cwd: dataDir }), configFile);
  }

  get venueUrl(): string {
    return `http://127.0.0.1:${this.config.paperVenue.port}`;
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.config.api.port}`;
  }

  /** Starts a command of the product as a process of its own. */
  spawn(words: readonly string[]): ChildProcess {
    const output = openSync(this.outputFile, 'a');
    try {
      const environment = INHERITED_VARIABLES.map((name) => [name, process.env[name]] as const);
      // Detached, so that Ctrl-C reaches this process alone, which then stops the others in order.
      const child = spawn(process.execPath, [programEntry(), '--config', this.configFile, ...words], {
        cwd: this.dataDir,
        env: { ...Object.fromEntries(environment), NO_COLOR: '1' },
        detached: true,
        stdio: ['ignore', output, output, 'ipc'],
      });
      this.children.add(child);
      child.once('exit', () => this.children.delete(child));
      return child;
    } finally {
      closeSync(output);
    }
  }

  /** Starts a command and waits until it says that it is ready. @throws CliError when it ends, or is not in time */
  async start(words: readonly string[]): Promise<ChildProcess> {
    const child = this.spawn(words);
    const timeout = AbortSignal.timeout(READY_MAX_MS);
    const fault = await new Promise<string | undefined>((resolve) => {
      child.on('message', (event: ProcessEvent) => event.kind === 'ready' && resolve(undefined));
      child.once('error', () => resolve('could not be started'));
      child.once('exit', () => resolve('ended at its start'));
      timeout.addEventListener('abort', () => resolve(`was not ready within ${READY_MAX_MS} ms`), { once: true });
    });
    if (fault !== undefined) throw new CliError(this.failure(words, fault), ExitCode.FAILURE);
    return child;
  }

  /** Ends every child in good order, the last one started first, and removes the folder. */
  async close(): Promise<void> {
    for (const child of [...this.children].reverse()) await stopChild(child);
    process.off('exit', this.killChildren);
    rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  private get outputFile(): string {
    return join(this.dataDir, 'output.log');
  }

  private failure(words: readonly string[], what: string): string {
    const lines = readFileSync(this.outputFile, 'utf8').trim().split('\n').slice(-OUTPUT_LINES_SHOWN_MAX);
    return `"oncefill ${words.join(' ')}" ${what}; its last words: ${lines.join(' | ')}`;
  }
}

/** SIGINT, and SIGKILL for a child that does not obey in time. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS);
  await ended;
  clearTimeout(timer);
}

function programEntry(): string {
  return join(packageRoot(), 'dist', 'src', 'cli', 'main.js');
}
