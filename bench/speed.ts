import type { Client } from '@temporalio/client';
import type { Durability } from '../src/temporal/server-settings';
import { BURST_SIZES, measureBursts } from './bursts';
import { describeMachine } from './machine';
import { openMeasuredProduct, type MeasuredProduct } from './measured-product';
import { runPaced } from './pace';
import { openPeers } from './peer-engines';
import { postSignal } from './post-signal';
import { SignalMaker } from './signal-maker';
import type { RoundFigures, WayName } from './speed-figures';
import { runRound } from './speed-round';
import { summarise, type HistorySize, type SpeedReport } from './speed-summary';
import { measureStartUp } from './start-up';
import { median } from './statistics';
import { openVenueAlone, tradeAlone } from './venue-alone';
import { openSender } from './sender';
import { liveWays, productWays, type Way } from './ways';

/** Pieces of each kind that run before anything counts: caches fill and code gets compiled. */
const WARM_UP = { count: 40, atOnce: 4 };
/** Repetitions of one signal that the API answers by itself; as many as the engine has signals in a round. */
const API_WARM_UP = { count: 2_000, atOnce: 20 };
/** Histories that are looked at; they hardly differ. */
const HISTORIES_MAX = 10;

export interface SpeedOptions {
  readonly rounds: number;
  /** What a commit of the server waits for; `both`: a second product takes turns with that of paper. */
  readonly durability: Durability | 'both';
  /** Whether the engines of bench/peers take turns with ours. */
  readonly peers: boolean;
  /** Whether bursts are measured behind it. */
  readonly bursts: boolean;
  /** A Temporal server that runs already, host:port. */
  readonly address?: string;
  /** These ways alone take turns; absent: all. */
  readonly only?: readonly WayName[];
  readonly abort: AbortSignal;
  readonly progress: (line: string) => void;
}

/** Ends what was opened, the last one first. */
type Undo = (() => Promise<void>)[];

/**
 * Measures floor and road in alternation, with the peers if they are asked for, and then a start of the whole product.
 *
 * @throws CliError when a signal is not traded as it should be, and what starting the parts throws
 */
export async function measureSpeed(options: SpeedOptions): Promise<SpeedReport> {
  const { abort, progress } = options;
  const machine = describeMachine();
  const undo: Undo = [];
  const measured = await measureRounds(options, undo).catch(async (error: unknown) => {
    // What went wrong first says more than what cannot be ended because of it.
    await undoAll(undo).catch(() => undefined);
    throw error;
  });
  await undoAll(undo);
  const bursts = options.bursts ? await measureBursts(abort, progress, BURST_SIZES) : undefined;
  progress('A start of everything …');
  const startUp = await measureStartUp(abort);
  return summarise(measured.rounds, { ...measured, machine, startUp, bursts });
}

/** @throws what the first step throws, after all of them */
async function undoAll(undo: Undo): Promise<void> {
  const failures: unknown[] = [];
  for (let step = undo.pop(); step; step = undo.pop()) await step().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

async function measureRounds(options: SpeedOptions, undo: Undo) {
  const { rounds: count, abort, progress } = options;
  const maker = new SignalMaker();
  const { product, ways, notes } = await openWays(options, maker, undo);
  const venueAlone = openVenueAlone(product.installation);
  undo.push(() => venueAlone.close());
  progress('Warming up …');
  for (const way of ways) await way.run({ ...WARM_UP, signal: abort });
  await warmApi(product, maker, abort);
  await tradeAlone(venueAlone, maker, WARM_UP.count, abort);
  const before = product.figures();
  const rounds: RoundFigures[] = [];
  const chosen = ways.filter(({ name }) => options.only?.includes(name) ?? true);
  while (rounds.length < count) {
    const say = (step: string): void => progress(`Round ${rounds.length + 1} of ${count}: ${step} …`);
    rounds.push(
      await runRound({ round: rounds.length, product, maker, ways: chosen, venueAlone, abort, progress: say }),
    );
  }
  const after = product.figures();
  const signals = rounds.at(-1)?.fingerprints.slice(0, HISTORIES_MAX) ?? [];
  const history = {
    road: await readHistorySize(product.engine.client, signals),
    floor: await readHistorySize(product.engine.client, ['bench-floor-1']),
  };
  return { rounds, before, after, history, notes };
}

/**
 * The engine runs every way, and the API a third of them: without this its code would be compiled so much later that the rounds
 * compared a warm process with a cold one.
 */
async function warmApi({ installation }: MeasuredProduct, maker: SignalMaker, abort: AbortSignal): Promise<void> {
  const repeated = maker.next();
  await postSignal(installation.apiUrl, repeated);
  const numbers = Array.from({ length: API_WARM_UP.count }, (_, number) => number);
  await runPaced(numbers, API_WARM_UP.atOnce, abort, () => postSignal(installation.apiUrl, repeated));
}

interface Opened {
  readonly product: MeasuredProduct;
  readonly ways: readonly Way[];
  readonly notes: readonly string[];
}

async function openWays(options: SpeedOptions, maker: SignalMaker, undo: Undo): Promise<Opened> {
  const { durability, progress, address } = options;
  const open = async (what: Durability): Promise<MeasuredProduct> => {
    const opened = await openMeasuredProduct({ progress, withApi: true, durability: what, address });
    undo.push(() => opened.close());
    return opened;
  };
  const product = await open(durability === 'both' ? 'paper' : durability);
  const sender = openSender(product.installation.apiUrl);
  undo.push(() => sender.close());
  const ways = [...productWays(product, maker, sender)];
  if (durability === 'both') ways.push(...liveWays(await open('live'), maker));
  const notes = [describeDurability(options)];
  if (options.peers) {
    const peers = await openPeers(progress);
    undo.push(() => peers.close());
    ways.push(...peers.ways);
    notes.push(...peers.notes);
  }
  return { product, ways, notes };
}

function describeDurability({ durability, address }: SpeedOptions): string {
  if (address !== undefined) return `Ours: on the Temporal server at ${address}, as durable as its database is.`;
  const sentences = {
    paper: 'the operating system has each commit (synchronous NORMAL), as on paper',
    live: 'the disk has each commit (synchronous FULL), as with testnet and live',
    both: 'the operating system has each commit (synchronous NORMAL), as on paper; flushed to disk: synchronous FULL, as with testnet and live',
  };
  return `Ours: ${sentences[durability]}.`;
}

/** The medians of some workflows' histories. */
async function readHistorySize(client: Client, workflowIds: readonly string[]): Promise<HistorySize> {
  const sizes = await Promise.all(workflowIds.map((workflowId) => client.workflow.getHandle(workflowId).describe()));
  return {
    events: median(sizes.map(({ historyLength }) => historyLength)),
    bytes: median(sizes.map(({ historySize }) => historySize ?? 0)),
  };
}
