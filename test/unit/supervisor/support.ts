import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childEnvironment } from '../../../harness/child-environment';
import { waitFor } from '../../../harness/wait-for';
import type { LivenessWatch } from '../../../src/supervisor/liveness-watch';
import { ManagedProcess } from '../../../src/supervisor/managed-process';
import type { ProcessReport } from '../../../src/supervisor/process-report';
import { identifyProcess } from '../../../src/process/pid-file';
import type { RestartPolicy } from '../../../src/supervisor/restart-delay';

const CHILD_SCRIPT = join(__dirname, 'fixtures', 'child.cjs');
const POLL_INTERVAL_MS = 10;
const WAIT_MAX_MS = 20_000;

/** Restarts at once, for tests that are not about the delay. */
export const EAGER_POLICY: RestartPolicy = { delayFirstMs: 1, delayGrowth: 1, delayMaxMs: 1, stableAfterMs: 60_000 };

export async function waitUntil(condition: () => boolean, what: string): Promise<void> {
  await waitFor(what, async () => condition(), { intervalMs: POLL_INTERVAL_MS, timeoutMs: WAIT_MAX_MS });
}

export function isAlive(pid: number): boolean {
  return identifyProcess(pid) !== undefined;
}

/** A folder and the processes started in it; `dispose` ends whatever a failed test left running. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'oncefill-supervisor-'));
  readonly notesFile = join(this.folder, 'notes');
  readonly reports: ProcessReport[] = [];
  private readonly processes: ManagedProcess[] = [];

  createProcess(
    behaviour: string,
    name = behaviour,
    restartPolicy = EAGER_POLICY,
    executable = process.execPath,
    liveness?: LivenessWatch,
  ): ManagedProcess {
    const managed = new ManagedProcess(
      {
        name,
        executable,
        arguments: [CHILD_SCRIPT, behaviour, this.notesFile],
        environment: childEnvironment({ FIXTURE_NAME: name }),
        outputFile: join(this.folder, 'logs', `${name}.out.log`),
        pidFile: join(this.folder, 'run', `${name}.pid`),
        restartPolicy,
        pidRetryMs: POLL_INTERVAL_MS,
      },
      (report) => this.reports.push(report),
      liveness,
    );
    this.processes.push(managed);
    return managed;
  }

  /** The lines that the fixture processes wrote into the notes file. */
  notes(): readonly string[] {
    return readFileSync(this.notesFile, { encoding: 'utf8', flag: 'a+' })
      .split('\n')
      .filter((line) => line !== '');
  }

  reportsOfKind<Kind extends ProcessReport['kind']>(kind: Kind): readonly Extract<ProcessReport, { kind: Kind }>[] {
    return this.reports.filter((report): report is Extract<ProcessReport, { kind: Kind }> => report.kind === kind);
  }

  async dispose(): Promise<void> {
    for (const managed of this.processes) managed.kill();
    await Promise.all(this.processes.map((managed) => managed.stop(0)));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
