import { get, type ClientRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import { describeMachine, renderMachine, type Machine } from './machine';
import { readAll, withSettledProduct } from './settled-product';
import { median } from './statistics';
import { figure, renderFigures } from './table';

const SECONDS_PER_MINUTE = 60;
/** So many look at the page at once. Every round has a turn of each, one after the other. */
export const VIEWER_COUNTS = [0, 1, 10] as const;
/** After viewers came or went, until what that alone costs is over. */
const CALM_MS = 3_000;

/** What one turn was like. */
export interface ViewerTurn {
  readonly viewers: number;
  /** Processor time of all threads of each process, milliseconds a minute. */
  readonly cpuMsPerMinute: ReadonlyMap<string, number>;
  /** What all viewers together were told, bytes a minute. */
  readonly bytesPerMinute: number;
}

export interface ViewersReport {
  readonly machine: Machine;
  readonly seconds: number;
  readonly turns: readonly ViewerTurn[];
}

export interface ViewersOptions {
  readonly rounds: number;
  /** How long each turn is. */
  readonly seconds: number;
  readonly abort: AbortSignal;
  readonly progress: (line: string) => void;
}

/**
 * Starts the whole product at its defaults, and lets nobody, one and ten look at its page in turns. Viewers are streams, as the page
 * opens one: what a browser does with what it is told is its own machine's.
 *
 * @throws CliError when a viewer is not let in or cut off, or a process cannot be measured; what an unhealthy start throws
 */
export async function measureViewers({ rounds, seconds, abort, progress }: ViewersOptions): Promise<ViewersReport> {
  const machine = describeMachine();
  return withSettledProduct(abort, async ({ apiUrl, pids }) => {
    const turns: ViewerTurn[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      for (const viewers of VIEWER_COUNTS) {
        turns.push(await measureTurn(apiUrl, pids, { viewers, seconds, abort }));
      }
      progress(`${round} of ${rounds} rounds.`);
    }
    return { machine, seconds, turns };
  });
}

async function measureTurn(
  apiUrl: string,
  pids: ReadonlyMap<string, number>,
  { viewers, seconds, abort }: { readonly viewers: number; readonly seconds: number; readonly abort: AbortSignal },
): Promise<ViewerTurn> {
  const windows = Array.from({ length: viewers }, () => new Viewer(apiUrl));
  try {
    await sleep(CALM_MS, undefined, { signal: abort });
    const told = (): number => windows.reduce((bytes, viewer) => bytes + viewer.bytes, 0);
    const [before, toldBefore, begunAtMs] = [readAll(pids), told(), performance.now()];
    await sleep(seconds * 1_000, undefined, { signal: abort });
    const minutes = (performance.now() - begunAtMs) / 1_000 / SECONDS_PER_MINUTE;
    const after = readAll(pids);
    for (const viewer of windows) viewer.check();
    const cpuMsPerMinute = new Map(
      [...after].map(([name, { cpuMs }]) => [name, (cpuMs - (before.get(name)?.cpuMs ?? 0)) / minutes]),
    );
    return { viewers, cpuMsPerMinute, bytesPerMinute: (told() - toldBefore) / minutes };
  } finally {
    for (const viewer of windows) viewer.leave();
  }
}

/** One that has the page open. */
class Viewer {
  bytes = 0;
  private fault: string | undefined = 'It was not let in.';
  private readonly request: ClientRequest;

  constructor(apiUrl: string) {
    this.request = get(`${apiUrl}/api/page/stream`, { agent: false }, (response) => {
      this.fault = response.statusCode === 200 ? undefined : `It was answered ${response.statusCode}.`;
      response.on('data', (chunk: Buffer) => (this.bytes += chunk.length));
      response.on('close', () => (this.fault ??= 'It was cut off.'));
      response.on('error', () => undefined);
    });
    this.request.on('error', ({ message }) => (this.fault = message));
  }

  /** @throws CliError where it does not look (any more) */
  check(): void {
    if (this.fault !== undefined) throw new CliError(`A viewer did not look. ${this.fault}`, ExitCode.FAILURE);
  }

  leave(): void {
    this.request.destroy();
  }
}

/** The report for people: medians of all rounds. */
export function renderViewers({ machine, seconds, turns }: ViewersReport): readonly string[] {
  const row = (name: string, valueOf: (turn: ViewerTurn) => number | undefined): readonly string[] => [
    name,
    ...VIEWER_COUNTS.map((count) => {
      const ofCount = turns.filter(({ viewers }) => viewers === count);
      return figure(median(ofCount.flatMap((turn) => valueOf(turn) ?? [])), 0);
    }),
  ];
  const names = [...(turns[0]?.cpuMsPerMinute.keys() ?? [])];
  return [
    renderMachine(machine),
    `Medians of turns of ${seconds} s each at the defaults; nothing is sent but what the model makes.`,
    '',
    ...renderFigures([
      ['CPU ms a minute', ...VIEWER_COUNTS.map((count) => `${count} ${count === 1 ? 'viewer' : 'viewers'}`)],
      ...names.map((name) => row(name, ({ cpuMsPerMinute }) => cpuMsPerMinute.get(name))),
      row('all', ({ cpuMsPerMinute }) => [...cpuMsPerMinute.values()].reduce((sum, value) => sum + value, 0)),
      row('told to all, kB a minute', ({ bytesPerMinute }) => bytesPerMinute / 1_000),
    ]),
  ];
}
