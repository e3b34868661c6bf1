import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../../config/schema';
import type { Finding } from '../../domain/alerts/alert';
import { RULE_TERMS } from '../../domain/alerts/rules';
import type { AlertState } from '../../domain/alerts/state';
import { pause } from '../../process/pause';
import { reason, type PartHealth } from '../part-health';
import type { AlertChannel } from './channel';
import { DiskLook, wasDiskLow } from './disk-look';
import { DRAIN_PAUSES, drainChannel, type DrainPauses } from './drain';
import { ErrorCount } from './error-count';
import { AlertKeeper, type TellFault } from './keeper';
import { SupervisorLook } from './supervisor-look';
import { findingsOf, type Sight } from './watch';

/** How often it is looked at everything. */
const TICK_MS = 5_000;
/** Nobody is asked for longer than this: what does not answer is not known. */
const SIGHT_TIMEOUT_MS = 10_000;
/** What other parts of the process found and what was not taken in yet; of more, the oldest go. */
const FOUND_MAX = 500;

export interface AlertDeskOptions {
  readonly config: Config;
  readonly channels: readonly AlertChannel[];
  /** Tells what is wrong with alerting itself, in the log and on the terminal. */
  readonly tellFault: TellFault;
  /**
   * How the parts are: /health's details; undefined: nobody could be asked yet, which says nothing of anybody. Absent: this process
   * asks no server. It throws where the server cannot be asked.
   */
  readonly readParts?: () => Promise<readonly PartHealth[] | undefined>;
  /** Free funds by asset. Absent: nobody wants to know. */
  readonly readFreeFunds?: () => Promise<Readonly<Record<string, string>>>;
  readonly tickMs?: number;
  readonly pauses?: DrainPauses;
}

/** What the book says, for whoever decides whether all is well. */
export interface DeskView {
  readonly state: AlertState;
  /** How long the oldest message has waited for its channel, milliseconds. */
  readonly oldestMessageAgeMs: number | 'none waits';
}

/** Why the desk's signal ends it where the product is stopped in good order; with any other reason nothing is forgotten. */
export const ORDERLY_STOP = 'orderly stop';

/** Where the other parts of the process hand in what they found. */
export interface AlertDesk {
  /** A condition that was not known is in the book when this returns, or in memory where the disk takes nothing. */
  readonly found: (finding: Finding) => void;
  /** What is known now, to be told. */
  readonly keeper: Pick<AlertKeeper, 'state' | 'outboxOf' | 'dropsOf'>;
  /** What the book says now, which is ahead of the disk where that takes nothing. */
  readonly look: () => DeskView;
  /** Ends when the signal says so and the channels have stopped. */
  readonly done: Promise<void>;
}

/**
 * Runs the desk of alerts: what is seen becomes findings, these alerts, and these messages, which are written down and
 * then sent. One process of an installation at a time. Its promise never fails: what goes wrong is told, and tried again.
 */
export function runAlertDesk(options: AlertDeskOptions, signal: AbortSignal): AlertDesk {
  const { config, channels, tellFault, pauses = DRAIN_PAUSES } = options;
  const keeper = new AlertKeeper(config.dataDir, channels, tellFault, Date.now());
  const waiting: Finding[] = [];
  const drains = channels.map((channel) => drainChannel(keeper, channel, signal, tellFault, pauses));
  const done = Promise.all([watch(options, keeper, waiting, signal), ...drains]).then(() => undefined);
  return {
    found: (finding) => {
      // What is new is on the disk when this returns; that it goes on can wait for the next tick.
      if (isNews(keeper, finding)) return keeper.step([{ kind: 'finding', finding }], Date.now());
      waiting.push(finding);
      if (waiting.length > FOUND_MAX) waiting.shift();
    },
    keeper,
    look: () => ({ state: keeper.state, oldestMessageAgeMs: keeper.oldestWaitMs(Date.now()) ?? 'none waits' }),
    done,
  };
}

function isNews({ state }: AlertKeeper, { rule, subject, holds }: Finding): boolean {
  if (!holds) return false;
  const known = state.alerts.some((alert) => alert.rule === rule && alert.subject === subject);
  return !known || RULE_TERMS[rule].happens === true;
}

async function watch(
  options: AlertDeskOptions,
  keeper: AlertKeeper,
  waiting: Finding[],
  signal: AbortSignal,
): Promise<void> {
  const { config, tickMs = TICK_MS } = options;
  const errors = new ErrorCount(config.dataDir);
  const disk = new DiskLook(config.dataDir, config.storage.minimumFreeMb, wasDiskLow(keeper.state, config.dataDir));
  const looks: Looks = { errors, disk, supervisor: SupervisorLook.of(config.dataDir) };
  while (!signal.aborted) {
    // While an answer is waited for, time passes as it does between two looks.
    const ticking = setInterval(() => signal.aborted || keeper.step([], Date.now()), tickMs);
    try {
      const sight = await look(options, looks).finally(() => clearInterval(ticking));
      // What is seen while everything stops is the stop.
      if (signal.aborted) break;
      const found = [...waiting.splice(0), ...findingsOf(sight, config, keeper.state, Date.now())];
      keeper.step(
        found.map((finding) => ({ kind: 'finding', finding })),
        Date.now(),
      );
    } catch (error) {
      options.tellFault(`The watch over alerts failed and goes on: ${reason(error)}`);
    }
    await pause(tickMs, signal);
  }
  const last = waiting.splice(0).map((finding) => ({ kind: 'finding', finding }) as const);
  const stop = signal.reason === ORDERLY_STOP ? [{ kind: 'stop' } as const] : [];
  if (last.length + stop.length > 0) keeper.step([...last, ...stop], Date.now());
}

interface Looks {
  readonly errors: ErrorCount;
  readonly disk: DiskLook;
  readonly supervisor: SupervisorLook;
}

async function look(options: AlertDeskOptions, { errors, disk, supervisor }: Looks): Promise<Sight> {
  const { readParts, readFreeFunds } = options;
  const [parts, freeFunds, diskFault, supervisorFault] = await Promise.all([
    readParts === undefined ? undefined : answerOf(readParts),
    readFreeFunds === undefined ? undefined : answerOf(readFreeFunds),
    disk.fault(),
    supervisor.fault(),
  ]);
  return {
    ...(parts !== undefined && ('fault' in parts ? { serverFault: parts.fault } : { parts: parts.value })),
    ...(freeFunds !== undefined && 'value' in freeFunds ? { freeFunds: freeFunds.value } : {}),
    ...(diskFault === undefined ? {} : { diskFault }),
    ...(supervisorFault === undefined ? {} : { supervisorFault }),
    errors: errors.look(),
  };
}

async function answerOf<Value>(
  ask: () => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly fault: string }> {
  const late = new AbortController();
  try {
    const silence = delay(SIGHT_TIMEOUT_MS, { fault: 'no answer in time' }, { signal: late.signal });
    return await Promise.race([ask().then((value) => ({ value })), silence]);
  } catch (error) {
    return { fault: reason(error).replace(/\.$/, '') };
  } finally {
    late.abort();
  }
}
