import { sendSignal } from '../harness/child-process';
import { runningProcesses } from '../harness/running-processes';
import { renderTable } from '../src/cli/table';
import { COMPONENTS, type ProcessFault } from './faults';
import { Night, seconds, type FaultReport, type NightOptions, type NightReport } from './night-run';
import { NightStage, SERVES_AGAIN_MAX_MS } from './night-stage';
import { PING_EVERY_SECONDS } from './night-product';

/** Services wait for three pings before they tell people (config/alerts.yaml). */
const PINGS_WAITED_FOR = 3;

/** What a SIGKILL of the supervisor came to. */
export interface SupervisorReport {
  /** Whether something starts it again: the loop that stands for `Restart=always`. */
  readonly isStartedAgain: boolean;
  /** The last ping, before the SIGKILL, milliseconds. */
  readonly lastPingBeforeMs: number;
  /** Without a ping. */
  readonly silenceMs: number;
  /** Whether a service that waits for three pings would have told somebody. */
  readonly isTold: boolean;
  /** What ran on without it when the silence was over. */
  readonly leftBehind: readonly string[];
  /** After the SIGKILL, or after the loop was there to start it. */
  readonly servesAgainMs?: number;
}

export interface EachReport extends NightReport {
  /** When the condition held by what the message says, by the fault's name, milliseconds after the fault. */
  readonly noticedMs: Readonly<Record<string, number>>;
  readonly supervisor: readonly SupervisorReport[];
}

/**
 * Stops first: a death explains for two minutes that the same process is silent. The server last: processes that lose their slots
 * while it is away end, and what happens to them later belongs to the alerts of these deaths.
 */
function order(): readonly ProcessFault[] {
  const processes = COMPONENTS.filter((name) => name !== 'temporal');
  return [
    ...processes.map((name) => `stop ${name}` as const),
    ...processes.map((name) => `kill ${name}` as const),
    'stop temporal',
    'kill temporal',
  ];
}

/** SIGSTOP and SIGKILL of each component once, one after the other, and then SIGKILL of the supervisor. */
export async function runEach(options: NightOptions): Promise<EachReport> {
  const startedAtMs = performance.now();
  const stage = await NightStage.open(options);
  let keep = true;
  try {
    const night = new Night(stage, options);
    await night.pass(order().map((name) => ({ pauseMs: 0, faults: [name], apartMs: 0 })));
    const supervisor = [await killSupervisor(stage, options, false), await killSupervisor(stage, options, true)];
    const report = await night.audit();
    keep = report.violations.length > 0;
    const { facts } = stage.receivers;
    const noticed = report.faults.flatMap(({ fault, told }) => {
      const sinceMs = told.json && facts.get(told.json.alertId)?.sinceMs;
      return sinceMs === undefined ? [] : [[fault.name, sinceMs - fault.atMs] as const];
    });
    const minutes = (performance.now() - startedAtMs) / 60_000;
    const dataDir = keep ? stage.product.installation.dataDir : undefined;
    return { ...report, minutes, dataDir, noticedMs: Object.fromEntries(noticed), supervisor };
  } finally {
    await stage.close(keep && !options.signal.aborted);
  }
}

async function killSupervisor(
  stage: NightStage,
  { progress }: NightOptions,
  isStartedAgain: boolean,
): Promise<SupervisorReport> {
  const { product, receivers, uptime } = stage;
  const { pings } = receivers;
  await stage.until(SERVES_AGAIN_MAX_MS, () => pings.length > 0);
  product.restarts = isStartedAgain;
  const pid = product.supervisorPid;
  if (pid === undefined) throw new Error('There is no supervisor.');
  const servingBefore = COMPONENTS.map((name) => uptime.servingPid(name));
  const atMs = Date.now();
  sendSignal(pid, 'SIGKILL');
  progress(`SIGKILL of the supervisor, which ${isStartedAgain ? 'a loop starts again' : 'nobody starts again'} …`);
  const lastPingMs = pings.at(-1) ?? atMs;
  const patienceMs = PINGS_WAITED_FOR * PING_EVERY_SECONDS * 1_000;
  const wasSilent = (): boolean => Date.now() - (pings.at(-1) ?? atMs) > patienceMs;
  // Without anybody to start it, the silence goes on for ever: until the service would have told somebody.
  if (!isStartedAgain) await stage.until(SERVES_AGAIN_MAX_MS, wasSilent);
  const leftBehind = isStartedAgain
    ? []
    : runningProcesses(product.installation.dataDir).map((left) => nameOf(product, left));
  const startableAtMs = Date.now();
  product.restarts = true;
  const areOthers = (): boolean => {
    return COMPONENTS.every((name, index) => {
      const now = uptime.servingPid(name);
      return now !== undefined && now !== servingBefore[index];
    });
  };
  const serves = await stage.until(SERVES_AGAIN_MAX_MS, areOthers);
  const servesAgainMs = serves ? Date.now() - (isStartedAgain ? atMs : startableAtMs) : undefined;
  await stage.until(SERVES_AGAIN_MAX_MS, () => (pings.at(-1) ?? 0) > startableAtMs);
  const nextPingMs = pings.find((ping) => ping > lastPingMs) ?? Date.now();
  const silenceMs = nextPingMs - lastPingMs;
  progress(`the supervisor: everything serves again, the silence was ${seconds(silenceMs)} s`);
  return {
    isStartedAgain,
    lastPingBeforeMs: atMs - lastPingMs,
    silenceMs,
    isTold: silenceMs > patienceMs,
    leftBehind,
    servesAgainMs,
  };
}

function nameOf(product: NightStage['product'], pid: number): string {
  return COMPONENTS.find((name) => product.pidOf(name) === pid) ?? `process ${pid}`;
}

function rowOf({ fault, told }: FaultReport, noticedMs: number | undefined): readonly string[] {
  const cell = (ms: number | undefined): string => (ms === undefined ? '-' : seconds(ms));
  return [
    fault.name.replace('kill', 'SIGKILL').replace('stop', 'SIGSTOP'),
    cell(noticedMs),
    cell(told.email?.afterMs),
    cell(told.json?.afterMs),
    cell(fault.servesAgainAtMs && fault.servesAgainAtMs - fault.atMs),
    told.email?.title ?? '-',
  ];
}

/** What people read. */
export function renderEach(report: EachReport): readonly string[] {
  const { faults, noticedMs, supervisor, signals, violations } = report;
  const outcomes = Object.entries(signals.outcomes).map(([name, count]) => `${name} ${count}`);
  return [
    `SIGSTOP and SIGKILL of each, WORKER_HEARTBEAT_TIMEOUT 10 s; seconds after the signal. ${report.minutes.toFixed(1)} minutes.`,
    '',
    ...renderTable([
      ['signal', 'noticed', 'mail', 'http', 'serves again', 'subject of the mail'],
      ...faults.map((each) => rowOf(each, noticedMs[each.fault.name])),
    ]),
    '',
    'SIGKILL of the supervisor. No systemd runs here: a plain loop stands for Restart=always, RestartSec=5 and KillMode=mixed (SIGKILL to',
    "what was left, 5 s, a new start). The dead man's switch expects a ping every 10 s, and tells people after 30 s of silence.",
    '',
    ...renderTable([
      [
        'started again by',
        'last ping before it',
        'silence',
        'would people be told',
        'ran on without it',
        'everything serves again',
      ],
      ...supervisor.map((each) => [
        each.isStartedAgain ? 'the loop' : 'nobody, until the switch tells',
        `${seconds(each.lastPingBeforeMs)} s`,
        `${seconds(each.silenceMs)} s`,
        each.isTold ? 'yes' : 'no',
        each.leftBehind.join(', ') || (each.isStartedAgain ? '(killed at once)' : 'nothing'),
        each.servesAgainMs === undefined
          ? '-'
          : `${seconds(each.servesAgainMs)} s after ${each.isStartedAgain ? 'the SIGKILL' : 'the loop was there'}`,
      ]),
    ]),
    '',
    `Signals: ${signals.accepted} accepted, all of them ended (${outcomes.join(', ')}); at most ${report.mostOrdersPerSignal} order per signal.`,
    `Messages that came twice: ${report.repetitions}; their sender was ended ${report.monitorDeaths} times.`,
    ...(violations.length === 0
      ? [
          'Everything was noticed, told and mended; nothing was traded twice, no signal was lost, nothing was left running.',
        ]
      : [`NOT PASSED, the data is kept in ${report.dataDir}:`, ...violations.map((sentence) => `- ${sentence}`)]),
  ];
}
