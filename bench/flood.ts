import { setTimeout as sleep } from 'node:timers/promises';
import { Installation } from '../harness/installation';
import { CliError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import { pollUntil } from '../src/process/poll';
import { clientOrderIdOf } from '../src/intake/fingerprint';
import { readDisk } from './disk';
import { FloodSender, type Answer } from './flood-sender';
import { FloodMaker, honestSignal } from './flood-signals';
import { describeMachine, renderMachine, type Machine } from './machine';
import { readAcceptedTimes } from './paper-orders';
import { percentile } from './statistics';
import { mebibytes } from './table';

/** How many signals of the other strategy are sent, and how far apart. */
const HONEST_COUNT = 10;
const HONEST_SPACING_MS = 1_000;
/** A flood that may not grow within a minute waits for the next one. */
const MINUTE_CHECK_MS = 500;
/** Requests of the flood under way at once. */
const FLOOD_AT_ONCE = 16;
/** After the default time to live, everything must be over. */
const ENDS_MAX_MS = 360_000;
/** Rarely: looking at signals is work for the product, too. */
const ENDS_INTERVAL_MS = 20_000;
/** Orders that the paper venue is asked for: more than the limits allow in the time. */
const ORDERS_READ_MAX = 10_000;
/** Look-ups at the end, under way at once. */
const READS_AT_ONCE = 8;

export interface FloodOptions {
  /** Valid signals of the flood. */
  readonly signals: number;
  /** Strategies that the flood invents. */
  readonly strategies: number;
  readonly abort: AbortSignal;
  readonly progress: (line: string) => void;
}

/** What became of signals: by outcome, or by the code of the refusal. */
export type Fates = Readonly<Record<string, number>>;

/** Everything that `npm run bench -- flood` found out; also what `--json` prints. */
export interface FloodReport {
  readonly machine: Machine;
  readonly flood: {
    readonly sent: number;
    readonly strategies: number;
    readonly seconds: number;
    /** HTTP status, and the code of a refusal. */
    readonly answers: Fates;
    readonly fates: Fates;
  };
  readonly honest: {
    readonly sent: number;
    readonly fates: Fates;
    /** From the first time that each was sent until the venue accepted its order; only those that became orders. */
    readonly acceptedSeconds: readonly number[];
    /** Refused for now, and sent again. */
    readonly sentAgain: number;
  };
  /** How much the server's database grew. */
  readonly databaseBytes: number;
}

/**
 * Sends thousands of valid signals of a flood through the real product at its default limits, and ten honest ones of
 * another strategy in the middle of it.
 *
 * @throws CliError when the product does not become healthy, or when signals have not ended in time
 */
export async function measureFlood({ signals, strategies, abort, progress }: FloodOptions): Promise<FloodReport> {
  const machine = describeMachine();
  const maker = new FloodMaker(strategies);
  const installation = await Installation.create({ name: 'flood', settings: maker.settings });
  try {
    installation.start();
    await installation.waitUntilHealthy();
    const before = readDisk(installation.dataDir).databaseBytes;
    const sender = new FloodSender(installation.apiUrl, abort);
    progress(`${signals} signals of ${strategies} strategies, and ${HONEST_COUNT} honest ones in their midst …`);
    const startedMs = performance.now();
    const flood: Answer[] = [];
    let honest: Promise<readonly Answer[]> | undefined;
    while (flood.length < signals) {
      const batch = maker.take(Math.min(FLOOD_AT_ONCE, signals - flood.length), Date.now());
      if (batch.length === 0) await sleep(MINUTE_CHECK_MS, undefined, { signal: abort });
      flood.push(...(await Promise.all(batch.map((one) => sender.send(one)))));
      if (flood.length >= signals / 2) honest ??= sendHonest(sender, abort);
    }
    const seconds = (performance.now() - startedMs) / 1_000;
    const honestAnswers = (await honest) ?? [];
    progress(`Sent within ${seconds.toFixed(0)} s; waiting for the ends …`);
    const honestFates = await fatesOf(sender, honestAnswers, abort);
    const fates = await fatesOf(sender, flood, abort);
    const acceptedAtMs = await readAcceptedTimes(installation.venueUrl, ORDERS_READ_MAX);
    const acceptedSeconds = honestAnswers.flatMap(({ fingerprint, sentAtMs }) => {
      const atMs = acceptedAtMs.get(clientOrderIdOf(fingerprint));
      return atMs === undefined ? [] : [(atMs - sentAtMs) / 1_000];
    });
    return {
      machine,
      flood: { sent: flood.length, strategies, seconds, answers: count(flood.map(answerText)), fates },
      honest: {
        sent: honestAnswers.length,
        fates: honestFates,
        acceptedSeconds,
        sentAgain: honestAnswers.reduce((sum, { attempts }) => sum + attempts - 1, 0),
      },
      databaseBytes: readDisk(installation.dataDir).databaseBytes - before,
    };
  } finally {
    await installation.close();
  }
}

async function sendHonest(sender: FloodSender, abort: AbortSignal): Promise<readonly Answer[]> {
  const answers: Promise<Answer>[] = [];
  for (let number = 0; number < HONEST_COUNT; number += 1) {
    answers.push(sender.sendPatiently(honestSignal(number, Date.now())));
    await sleep(HONEST_SPACING_MS, undefined, { signal: abort });
  }
  return Promise.all(answers);
}

/** Waits until all that were taken have ended. */
async function fatesOf(sender: FloodSender, answers: readonly Answer[], abort: AbortSignal): Promise<Fates> {
  const waiting = answers.filter(({ isTaken }) => isTaken).map(({ fingerprint }) => fingerprint);
  const fates = answers.filter(({ isTaken }) => !isTaken).map(answerText);
  const ask = async (): Promise<boolean> => {
    for (const group of groupsOf(waiting.splice(0))) {
      const outcomes = await Promise.all(group.map((fingerprint) => sender.outcomeOf(fingerprint)));
      outcomes.forEach((outcome, index) => (outcome ? fates.push(outcome) : waiting.push(group[index] ?? '')));
    }
    return waiting.length === 0;
  };
  const ended = await pollUntil(ask, { intervalMs: ENDS_INTERVAL_MS, timeoutMs: ENDS_MAX_MS, signal: abort });
  if (!ended) throw new CliError(`${waiting.length} signals have not ended.`, ExitCode.FAILURE);
  return count(fates);
}

function groupsOf(items: readonly string[]): readonly (readonly string[])[] {
  const groups = Math.ceil(items.length / READS_AT_ONCE);
  return Array.from({ length: groups }, (_, index) => items.slice(index * READS_AT_ONCE, (index + 1) * READS_AT_ONCE));
}

function answerText({ status, code }: Answer): string {
  return code === undefined ? String(status) : `${status} ${code}`;
}

function count(texts: readonly string[]): Fates {
  const fates: Record<string, number> = {};
  for (const text of texts) fates[text] = (fates[text] ?? 0) + 1;
  return fates;
}

/** @returns lines for people */
export function renderFlood({ machine, flood, honest, databaseBytes }: FloodReport): readonly string[] {
  const { acceptedSeconds } = honest;
  const accepted =
    acceptedSeconds.length === 0
      ? 'none'
      : `${acceptedSeconds.length}, after ${percentile(acceptedSeconds, 0.5).toFixed(1)} s (median), ${percentile(acceptedSeconds, 1).toFixed(1)} s (slowest)`;
  return [
    renderMachine(machine),
    '',
    `Flood: ${flood.sent} signals of ${flood.strategies} strategies, sent within ${flood.seconds.toFixed(0)} s.`,
    `  answers  ${show(flood.answers)}`,
    `  became   ${show(flood.fates)}`,
    `Honest: ${honest.sent} signals of another strategy, sent in its midst; ${honest.sentAgain} times sent again.`,
    `  became   ${show(honest.fates)}`,
    `  accepted by the venue: ${accepted}`,
    `The database grew by ${mebibytes(databaseBytes)}.`,
  ];
}

function show(fates: Fates): string {
  return Object.entries(fates)
    .toSorted(([, left], [, right]) => right - left)
    .map(([text, number]) => `${number} × ${text}`)
    .join(', ');
}
