import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from 'node:os';

/** Where figures were taken: without it they cannot be compared. */
export interface Machine {
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  /** Processes that wanted to run during the last minute before, on average: the bench's own excluded. */
  readonly loadBefore: number;
}

/** Call it before the work begins. */
export function describeMachine(): Machine {
  return {
    system: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.versions.node,
    loadBefore: loadavg()[0] ?? 0,
  };
}

/** One line for people. */
export function renderMachine({ system, processor, cores, memoryBytes, node, loadBefore }: Machine): string {
  const memory = `${(memoryBytes / 1024 ** 3).toFixed(0)} GiB`;
  return `${cores} cores (${processor}), ${memory}, ${system}, Node ${node}, load before ${loadBefore.toFixed(1)}`;
}
