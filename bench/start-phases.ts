import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyEnvironment } from '../harness/history-seal';
import { Installation } from '../harness/installation';
import { CliError } from '../src/cli/cli-error';
import { packageRoot } from '../src/config/package-root';
import { ExitCode } from '../src/process/exit-codes';
import { describeMachine, renderMachine, type Machine } from './machine';
import { median } from './statistics';
import { PHASES_FILE, type Phase } from './start-steps';
import { figure, renderFigures } from './table';

const PROBE = join(packageRoot(), 'dist', 'bench', 'start-probe.js');

/** A phase of a start, counted from the command. */
export interface StartPhase {
  readonly process: string;
  readonly what: string;
  readonly atMs: number;
  readonly tookMs: number;
  readonly cpuMs?: number;
}

export interface PhasedStart {
  /** Until every part was healthy, milliseconds since the command. */
  readonly healthyMs: number;
  readonly phases: readonly StartPhase[];
}

export interface StartReport {
  readonly machine: Machine;
  /** On a folder that nothing was ever started on: the server makes its database, the namespace is created. */
  readonly first: readonly PhasedStart[];
  /** On the same folder again. */
  readonly again: readonly PhasedStart[];
}

export interface StartOptions {
  readonly rounds: number;
  readonly abort: AbortSignal;
  readonly progress: (line: string) => void;
}

/**
 * Starts the whole product at its defaults, each round on a new folder and then on it again, and tells what took how long.
 * What comes before, installing and building, is told by the bootstrap itself (README.md beside this file).
 *
 * @throws CliError, and what an unhealthy start throws
 */
export async function measureStart({ rounds, abort, progress }: StartOptions): Promise<StartReport> {
  if (!existsSync(PROBE)) throw new CliError(`${PROBE} is missing: run "npm run bench".`, ExitCode.FAILURE);
  const machine = describeMachine();
  const [first, again]: [PhasedStart[], PhasedStart[]] = [[], []];
  for (let round = 1; round <= rounds; round += 1) {
    const installation = await Installation.create({ name: 'bench', environment: historyEnvironment() });
    try {
      for (const starts of [first, again]) {
        abort.throwIfAborted();
        starts.push(await startOnce(installation));
      }
      progress(
        `Round ${round} of ${rounds}: ${first.at(-1)?.healthyMs.toFixed(0)} ms, again ${again.at(-1)?.healthyMs.toFixed(0)} ms.`,
      );
    } finally {
      await installation.close();
    }
  }
  return { machine, first, again };
}

async function startOnce(installation: Installation): Promise<PhasedStart> {
  const file = join(installation.dataDir, PHASES_FILE);
  const before = existsSync(file) ? readFileSync(file, 'utf8').length : 0;
  const startedAtMs = Date.now();
  installation.start([], {}, ['--require', PROBE]);
  await installation.waitUntilHealthy();
  const healthyMs = Date.now() - startedAtMs;
  await installation.interrupt();
  return { healthyMs, phases: readPhases(readFileSync(file, 'utf8').slice(before), startedAtMs) };
}

/** @param text the lines of one start */
export function readPhases(text: string, startedAtMs: number): readonly StartPhase[] {
  const phases = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Phase);
  return phases.map(({ process, what, fromMs, toMs, cpuMs }) => ({
    process,
    what,
    atMs: fromMs - startedAtMs,
    tookMs: toMs - fromMs,
    cpuMs,
  }));
}

interface PhaseRow {
  readonly process: string;
  readonly what: string;
  readonly atMs: number;
  readonly tookMs: number;
  readonly cpuMs?: number;
}

/** The median of every phase; a process's phases of one name are added up, and begin with the first of them. */
export function summarisePhases(starts: readonly PhasedStart[]): readonly PhaseRow[] {
  const rows = new Map<string, StartPhase[]>();
  for (const { phases } of starts) {
    const sums = new Map<string, StartPhase>();
    for (const phase of phases) {
      const key = `${phase.process}\0${phase.what}`;
      const sum = sums.get(key);
      const atMs = Math.min(sum?.atMs ?? phase.atMs, phase.atMs);
      sums.set(key, { ...phase, atMs, tookMs: (sum?.tookMs ?? 0) + phase.tookMs });
    }
    for (const [key, phase] of sums) rows.set(key, [...(rows.get(key) ?? []), phase]);
  }
  const merged = [...rows.values()].flatMap((phases) => {
    const [one] = phases;
    if (!one) return [];
    const middle = (of: (phase: StartPhase) => number): number => median(phases.map(of));
    const cpuMs = one.cpuMs === undefined ? undefined : middle((phase) => phase.cpuMs ?? 0);
    const { process, what } = one;
    return [{ process, what, atMs: middle(({ atMs }) => atMs), tookMs: middle(({ tookMs }) => tookMs), cpuMs }];
  });
  const bornAtMs = new Map(merged.filter(({ what }) => what === 'node').map(({ process, atMs }) => [process, atMs]));
  return merged.toSorted(
    (one, other) =>
      (bornAtMs.get(one.process) ?? 0) - (bornAtMs.get(other.process) ?? 0) ||
      one.atMs + one.tookMs - (other.atMs + other.tookMs),
  );
}

function renderPhases(title: string, starts: readonly PhasedStart[]): readonly string[] {
  const healthyMs = median(starts.map((start) => start.healthyMs));
  const rows = summarisePhases(starts).map(({ process, what, atMs, tookMs, cpuMs }) => [
    process,
    what,
    figure(atMs, 0),
    figure(tookMs, 0),
    cpuMs === undefined ? '' : figure(cpuMs, 0),
  ]);
  const table = renderFigures([['process', 'phase', 'begins at ms', 'takes ms', 'CPU ms until ready'], ...rows]);
  return ['', `${title}: healthy after ${figure(healthyMs, 0)} ms`, '', ...table];
}

/** The report for people. */
export function renderStart({ machine, first, again }: StartReport): readonly string[] {
  return [
    renderMachine(machine),
    `Medians of ${again.length}. Modules: what loading took, wherever it happened; other phases may hold some of it.`,
    ...renderPhases('On a new folder', first),
    ...renderPhases('On the same folder again', again),
  ];
}
