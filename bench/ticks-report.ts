import { renderMachine, type Machine } from './machine';
import { figure, mebibytes, renderFigures } from './table';
import type { RunFigures } from './tick-runs';

/** Ticks in a row, each figure of one tick. */
export interface TickBlock {
  readonly ticks: number;
  readonly durationMs: number;
  /** Processor time; undefined: not measured here. */
  readonly workerCpuMs: number | undefined;
  readonly serverCpuMs: number | undefined;
}

/** Also what `--json` prints. */
export interface TicksReport {
  readonly machine: Machine;
  readonly symbols: number;
  readonly blocks: readonly TickBlock[];
  /** From the first on; the last one is under way. */
  readonly runs: readonly RunFigures[];
}

/** @returns lines for people */
export function renderTicks({ machine, symbols, blocks, runs }: TicksReport): readonly string[] {
  const ticks = blocks.reduce((sum, block) => sum + block.ticks, 0);
  const longest = runs.reduce((one, other) => (other.events > one.events ? other : one));
  const largestBytes = Math.max(...runs.map(({ bytes }) => bytes));
  const ended = runs.flatMap(({ endBytes }) => endBytes ?? []);
  const [first, last] = [blocks[0], blocks.at(-1)];
  const rows = blocks.map((block, index) => [
    String(index + 1),
    String(block.ticks),
    figure(block.durationMs, 1),
    figure(block.workerCpuMs, 1),
    figure(block.serverCpuMs, 1),
  ]);
  return [
    renderMachine(machine),
    `${ticks} ticks of ${symbols} symbols in ${runs.length} runs; candles, model and intake are played.`,
    '',
    `Longest run: ${longest.events} events; largest: ${mebibytes(largestBytes)}.`,
    `State that a run carried over: ${kibibytes(ended[0])} by the first, ${kibibytes(ended.at(-1))} by the last that ended, ${kibibytes(Math.max(...ended))} at most.`,
    `Processor time of a tick, worker: ${figure(first?.workerCpuMs, 1, 'ms')} in the first block, ${figure(last?.workerCpuMs, 1, 'ms')} in the last.`,
    '',
    ...renderFigures([['block', 'ticks', 'ms a tick', 'worker CPU ms', 'server CPU ms'], ...rows]),
  ];
}

function kibibytes(bytes: number | undefined): string {
  return figure(bytes === undefined || !Number.isFinite(bytes) ? undefined : bytes / 1_024, 1, 'KiB');
}
