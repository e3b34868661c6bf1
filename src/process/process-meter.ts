/** What this process uses. */
export interface ProcessUse {
  readonly memoryBytes: number;
  /** Of one core, since the last reading. */
  readonly cpuShare: number;
}

/** @returns reads what this process uses, the share of the processor since the reading before */
export function createProcessMeter(): () => ProcessUse {
  let cpuBefore = process.cpuUsage();
  let atBeforeMs = performance.now();
  return () => {
    const nowMs = performance.now();
    const { user, system } = process.cpuUsage(cpuBefore);
    const elapsedMs = Math.max(1, nowMs - atBeforeMs);
    cpuBefore = process.cpuUsage();
    atBeforeMs = nowMs;
    return {
      memoryBytes: process.memoryUsage.rss(),
      cpuShare: Math.round((user + system) / 10 / elapsedMs) / 100,
    };
  };
}
