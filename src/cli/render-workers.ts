import { shortHash } from '../domain/signal-source';
import type { WorkerReading, WorkersReport, WorkerStatus } from '../observability/workers-report';
import { printable } from '../process/printable';
import { renderTable } from './table';
import type { Style } from './terminal';

/** Different shapes, not only colours. */
const MARKS: Readonly<Record<WorkerStatus, string>> = {
  running: '●',
  idle: '●',
  busy: '●',
  starting: '◐',
  silent: '○',
  error: '○',
  absent: '○',
};

const BYTES_PER_MIB = 1024 ** 2;

function countBy(workers: readonly WorkerReading[], keyOf: (worker: WorkerReading) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const worker of workers) counts[keyOf(worker)] = (counts[keyOf(worker)] ?? 0) + 1;
  return counts;
}

function activeTasks(workers: readonly WorkerReading[]): number {
  return workers.reduce((sum, { heartbeat }) => sum + (heartbeat?.activeTasks ?? 0), 0);
}

function seconds(durationMs: number | undefined): number | undefined {
  return durationMs === undefined ? undefined : Math.round(durationMs / 1_000);
}

/** What a process registered with, and what of it has become another since: a model that was loaded. */
function metadataNow({ holder, heartbeat }: WorkerReading): Readonly<Record<string, string>> | undefined {
  if (heartbeat?.model === undefined) return holder?.metadata;
  const { name: model, sha256, provider } = heartbeat.model;
  return { ...holder?.metadata, model, provider, model_hash: shortHash(sha256) };
}

/** What a process works for, in words. */
function describeMetadata(worker: WorkerReading): string {
  const { heartbeat } = worker;
  const about = Object.entries(metadataNow(worker) ?? {}).map(([name, value]) => `${name} ${value}`);
  return printable([about.join(', '), ...(heartbeat?.problems ?? [])].filter((text) => text !== '').join('. '));
}

/** The workers as `workers --json` has them. */
export function presentWorkers({ isComplete, heartbeatTimeoutMs, maxPerType, workers }: WorkersReport) {
  const registered = workers.filter(({ status }) => status !== 'absent');
  return {
    complete: isComplete,
    heartbeat_timeout_seconds: heartbeatTimeoutMs / 1_000,
    max_workers_per_type: maxPerType,
    stats: {
      total: registered.length,
      by_type: countBy(registered, ({ type }) => type),
      by_status: countBy(workers, ({ status }) => status),
      active_tasks: activeTasks(workers),
    },
    workers: workers.map(presentWorker),
  };
}

function presentWorker(worker: WorkerReading) {
  const { type, status, holder, heartbeat, heartbeatAgeMs } = worker;
  return {
    worker_id: holder?.workerId,
    type,
    status,
    active_tasks: heartbeat?.activeTasks,
    heartbeat_age_seconds: seconds(heartbeatAgeMs),
    host: holder?.host,
    pid: holder?.pid,
    version: holder?.version,
    started_at: holder && new Date(holder.startedAtMs).toISOString(),
    memory_bytes: heartbeat?.memoryBytes,
    cpu_share: heartbeat?.cpuShare,
    problems: heartbeat?.problems,
    metadata: metadataNow(worker),
  };
}

/** A line per worker, and one with the sums. */
export function renderWorkers(report: WorkersReport, style: Style): string {
  const { workers, maxPerType } = report;
  const heading = ['', 'WORKER', 'STATUS', 'TASKS', 'HEARTBEAT', 'MEMORY', 'PID', 'HOST', 'VERSION', ''];
  const rows = workers.map((worker) => {
    const { type, status, holder, heartbeat, heartbeatAgeMs } = worker;
    const memory = heartbeat && `${Math.round(heartbeat.memoryBytes / BYTES_PER_MIB)} MiB`;
    const age = heartbeatAgeMs === undefined ? '-' : `${seconds(heartbeatAgeMs)} s ago`;
    const who = [holder?.pid?.toString() ?? '-', printable(holder?.host ?? '-'), printable(holder?.version ?? '-')];
    const tasks = heartbeat?.activeTasks.toString() ?? '-';
    return [MARKS[status], printable(type), status, tasks, age, memory ?? '-', ...who, describeMetadata(worker)];
  });
  const lines = renderTable([heading, ...rows], (text, row, column) => {
    if (row === 0) return style.dim(text);
    if (column !== 0 && column !== 2) return text;
    return styleStatus(text, workers[row - 1]?.status ?? 'absent', style);
  });
  const registered = workers.filter(({ status }) => status !== 'absent').length;
  const limits = Object.entries(maxPerType).map(([type, max]) => `${type} ${max}`);
  const sums = `${registered} registered, ${activeTasks(workers)} active tasks; at most: ${limits.join(', ')}.`;
  return [...lines, style.dim(sums)].join('\n');
}

function styleStatus(text: string, status: WorkerStatus, style: Style): string {
  switch (MARKS[status]) {
    case '●':
      return style.good(text);
    case '◐':
      return style.warning(text);
    default:
      return style.bad(text);
  }
}
