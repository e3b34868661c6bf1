import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { exitCodeOf, sendSignal } from '../harness/child-process';
import { Installation } from '../harness/installation';
import { runningProcesses, runningServer } from '../harness/running-processes';
import { readRunningPid } from '../src/process/pid-file';
import { pidFilePath } from '../src/supervisor/run-folder';
import type { Component } from './faults';
import { BOT_TOKEN, PATHS, type Receivers } from './receivers';
import type { Room } from './room';

/** As Restart=always with RestartSec=5 in ops/systemd. */
const RESTART_PAUSE_MS = 5_000;
/** What a night needs to be short: everything else is as it is for a user. */
const HEARTBEAT_TIMEOUT_SECONDS = 10;
export const TIME_TO_LIVE_SECONDS = 60;
const MINIMUM_FREE_MB = 64;
/** How often the dead man's switch is pinged: the least that the settings allow. */
export const PING_EVERY_SECONDS = 10;

/** A supervisor that ended without being asked to. Times are UTC, milliseconds. */
export interface SupervisorEnd {
  readonly atMs: number;
  /** What it left behind and what got SIGKILL, before the next start. */
  readonly leftBehind: readonly number[];
}

/**
 * The product of a night, which alerts the receivers of that night, under a loop that starts it again whenever it ends: what
 * `Restart=always` with `KillMode=mixed` does for a service. No systemd runs it here.
 */
export class NightProduct {
  readonly ends: SupervisorEnd[] = [];
  /** Whether the loop starts what ended; while it does not, nobody is there to. */
  restarts = true;
  private supervisor: ChildProcess | undefined;
  private isStopping = false;
  private looping: Promise<void> | undefined;

  private constructor(readonly installation: Installation) {}

  static async create(room: Room, receivers: Receivers, seed: number): Promise<NightProduct> {
    const alertsFile = join(room.path, 'alerts.yaml');
    writeFileSync(alertsFile, stringify(alertSettings(receivers)), { mode: 0o600 });
    const installation = await Installation.create({
      name: 'night',
      parent: room.dataParent,
      settings: productSettings(seed),
      environment: {
        ONCEFILL_ALERTS: alertsFile,
        TELEGRAM_BOT_TOKEN: BOT_TOKEN,
        ALERT_WEBHOOK_JSON_URL: `${receivers.url}${PATHS.json}`,
        ALERT_WEBHOOK_SLACK_URL: `${receivers.url}${PATHS.slack}`,
        ALERT_HEARTBEAT_URL: `${receivers.url}${PATHS.ping}`,
        WORKER_HEARTBEAT_TIMEOUT: String(HEARTBEAT_TIMEOUT_SECONDS),
      },
    });
    return new NightProduct(installation);
  }

  /** Starts it, and returns when it is healthy. */
  async start(): Promise<void> {
    this.launch();
    this.looping = this.keepRunning();
    await this.installation.waitUntilHealthy();
  }

  pidOf(component: Component): number | undefined {
    const { dataDir } = this.installation;
    return component === 'temporal' ? runningServer(dataDir) : readRunningPid(pidFilePath(dataDir, component));
  }

  get supervisorPid(): number | undefined {
    return this.supervisor?.pid;
  }

  /** @returns the number of the process that got it; undefined: none runs at this moment */
  send(component: Component, signal: NodeJS.Signals): number | undefined {
    const pid = this.pidOf(component);
    return pid !== undefined && sendSignal(pid, signal) ? pid : undefined;
  }

  /** Ctrl-C. @returns its exit code, and what runs afterwards */
  async stop(): Promise<{ readonly exitCode: number | null; readonly left: readonly number[] }> {
    this.isStopping = true;
    const exitCode = await this.installation.interrupt();
    await this.looping;
    return { exitCode, left: runningProcesses(this.installation.dataDir) };
  }

  /** Ends whatever runs, in good order where it can be. */
  async abandon(): Promise<void> {
    this.isStopping = true;
    await this.installation.stop();
    await this.looping;
  }

  private launch(): void {
    this.supervisor = this.installation.start();
  }

  private async keepRunning(): Promise<void> {
    while (this.supervisor !== undefined) {
      await exitCodeOf(this.supervisor);
      if (this.isStopping) return;
      while (!this.restarts && !this.isStopping) await sleep(100);
      const leftBehind = runningProcesses(this.installation.dataDir);
      this.ends.push({ atMs: Date.now(), leftBehind });
      for (const pid of leftBehind) sendSignal(pid, 'SIGKILL');
      await sleep(RESTART_PAUSE_MS);
      if (this.isStopping) return;
      this.launch();
    }
  }
}

/** Whether a process was stopped (SIGSTOP); false where the system does not tell. */
export function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return /^[Tt]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    // No /proc, or it ended while we looked.
    return false;
  }
}

function alertSettings({ mailPort, url }: Receivers): object {
  return {
    email: {
      enabled: true,
      smtp_server: '127.0.0.1',
      smtp_port: mailPort,
      from_email: 'oncefill@example.com',
      to_emails: ['operator@example.com'],
      triggers: ['all'],
    },
    telegram: { enabled: true, chat_id: '123456789', api_url: url, triggers: ['all'] },
    webhooks: { json: { enabled: true, shape: 'json' }, slack: { enabled: true, shape: 'slack' } },
    heartbeat: { enabled: true, every_seconds: PING_EVERY_SECONDS },
  };
}

function productSettings(seed: number): object {
  return {
    venues: { bybit: { requestTimeoutMs: 2_000, receiveWindowMs: 2_000, clockSkewMs: 500 } },
    signals: { timeToLiveSeconds: TIME_TO_LIVE_SECONDS },
    storage: { minimumFreeMb: MINIMUM_FREE_MB },
    balances: { updateIntervalSeconds: 10 },
    orders: { lookUpDelayMaxMs: 10_000 },
    paperVenue: { seed },
    // A bound of losses that is reached holds for an hour or until midnight: the night would end before it does.
    risk: { lossStreak: null, dailyLossFraction: null },
  };
}
