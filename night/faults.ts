import type { AlertRule } from '../src/domain/alerts/alert';

/** What can be ended or stopped: the processes of the product by their names, and the embedded Temporal server. */
export const COMPONENTS = ['paper_venue', 'system_monitor', 'trading_engine', 'ml_manager', 'api', 'temporal'] as const;
export type Component = (typeof COMPONENTS)[number];

/** What a night does to the product: SIGKILL and SIGSTOP of each component, and troubles that last until they are ended. */
export type ProcessFault = `kill ${Component}` | `stop ${Component}`;
export const TROUBLES = ['venue outage', 'venue ban', 'full disk', 'dead mail server'] as const;
export type Trouble = (typeof TROUBLES)[number];
export type FaultName = ProcessFault | Trouble;

export const PROCESS_FAULTS: readonly ProcessFault[] = COMPONENTS.flatMap((component): readonly ProcessFault[] => [
  `kill ${component}`,
  `stop ${component}`,
]);
export const ALL_FAULTS: readonly FaultName[] = [...PROCESS_FAULTS, ...TROUBLES];

/** A fault that happened. Times are UTC, milliseconds; absent: not yet, or never. */
export interface Fault {
  readonly name: FaultName;
  readonly atMs: number;
  /** The trouble was ended by us. */
  endedAtMs?: number;
  /** What it hit serves again. */
  servesAgainAtMs?: number;
}

/** An alert that may tell of a fault. */
export interface Telling {
  readonly rule: AlertRule;
  readonly subject: string;
  /** It counts only where it was told before already: it explains what would have been told otherwise. */
  readonly onlyIfOpen?: true;
}

/** For so long a death explains that the same process is silent (docs/alerts.md); the rest is for a busy machine. */
const DEATH_EXPLAINS_MS = 2 * 60_000 + 60_000;

export function isProcessFault(name: FaultName): name is ProcessFault {
  return !(TROUBLES as readonly string[]).includes(name);
}

export function componentOf(name: ProcessFault): Component {
  return name.slice('kill '.length) as Component;
}

/**
 * The alerts of which one has to tell of a fault; none: nobody has to hear of it.
 *
 * @param before what happened earlier in the same night
 */
export function tellingsOf(
  { name, atMs }: Fault,
  before: readonly Fault[],
  { venue, dataDir }: { readonly venue: string; readonly dataDir: string },
): readonly Telling[] {
  if (isProcessFault(name)) return ofProcess(name, atMs, before);
  switch (name) {
    case 'venue outage':
      return [{ rule: 'venue_unreachable', subject: venue }];
    case 'venue ban':
      return [{ rule: 'venue_banned', subject: venue }];
    case 'full disk':
      return [{ rule: 'disk_full', subject: dataDir }];
    case 'dead mail server':
      return [];
  }
}

function ofProcess(name: ProcessFault, atMs: number, before: readonly Fault[]): readonly Telling[] {
  const subject = componentOf(name);
  const inLoop: Telling = { rule: 'crash_loop', subject, onlyIfOpen: true };
  if (name === `kill ${subject}`)
    return [
      { rule: 'process_died', subject },
      { ...inLoop, onlyIfOpen: undefined },
    ];
  const isFreshDeath = before.some(
    (other) => other.name === `kill ${subject}` && atMs - other.atMs <= DEATH_EXPLAINS_MS,
  );
  return [
    { rule: 'heartbeat_lost', subject },
    { ...inLoop, onlyIfOpen: undefined },
    // The server is asked by others, too.
    ...(subject === 'temporal' ? [{ rule: 'temporal_unreachable', subject } as const] : []),
    ...(isFreshDeath ? [{ rule: 'process_died', subject, onlyIfOpen: true } as const] : []),
  ];
}
