import { CliError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import type { SignalView } from '../src/domain/signal-view';
import { readDisk, type DiskFigures } from './disk';
import { readAccount, type EntityFigures } from './entity-runs';
import { runPaced } from './pace';
import { byPart, cpuPerPiece, type ByPart } from './process-figures';
import type { MeasuredProduct } from './measured-product';
import type { BenchSignal, SignalMaker } from './signal-maker';

const AT_ONCE = 20;
/** Every so many hand-ins repeat an earlier signal: 3 %. */
const DUPLICATE_EVERY = 33;
/** Signals that may be repeated: the newest ones, so that a long block neither keeps all of them nor repeats a stale one. */
const REPEATABLE_MAX = 1_000;

/** What a block of signals cost, and how everything stood after it. */
export interface BlockFigures {
  readonly signals: number;
  readonly duplicates: number;
  /** Time and processor time of the block for each of its signals. */
  readonly durationMs: number;
  /** The signal that took longest from intake to its settled end: a pause that a mean would hide. */
  readonly slowestMs: number;
  readonly cpuMs: ByPart<number | undefined>;
  readonly account: EntityFigures;
  readonly disk: DiskFigures;
  readonly memoryBytes: ByPart<number | undefined>;
}

/**
 * Sends a block of signals down the road, some of them twice.
 *
 * @param count hand-ins, repetitions included
 * @throws CliError when one is not filled, or a repetition is not recognised
 */
export async function runBlock(
  product: MeasuredProduct,
  maker: SignalMaker,
  count: number,
  abort: AbortSignal,
): Promise<BlockFigures> {
  const accepted: BenchSignal[] = [];
  let duplicates = 0;
  const before = product.figures();
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const { durationMs, pieces } = await runPaced(numbers, AT_ONCE, abort, async (number) => {
    // Of the middle: some of them have ended, and none is older than intake accepts.
    const earlier = number % DUPLICATE_EVERY === 0 ? accepted[Math.floor(accepted.length / 2)] : undefined;
    if (earlier) {
      await repeat(product, earlier);
      duplicates += 1;
    } else {
      await trade(product, maker.next(), accepted);
    }
  });
  const after = product.figures();
  return {
    signals: count,
    duplicates,
    durationMs: durationMs / count,
    slowestMs: pieces.reduce((slowest, piece) => Math.max(slowest, piece.durationMs), 0),
    cpuMs: cpuPerPiece(before, after, count),
    account: await readAccount(product.engine.client, product.engine.ours),
    disk: readDisk(product.config.dataDir),
    memoryBytes: byPart((part) => after[part]?.memoryBytes),
  };
}

async function trade({ intake, engine }: MeasuredProduct, signal: BenchSignal, accepted: BenchSignal[]): Promise<void> {
  const result = await intake.submit(signal);
  if (result.status !== 'accepted' || result.repeated) throw unexpected(JSON.stringify(result));
  accepted.push(signal);
  if (accepted.length > REPEATABLE_MAX) accepted.shift();
  const view = await engine.client.workflow.getHandle<() => Promise<SignalView>>(result.fingerprint).result();
  if (view.outcome !== 'FILLED') throw unexpected(`${result.fingerprint} ended ${view.outcome}: ${view.detail}`);
}

async function repeat({ intake }: MeasuredProduct, signal: BenchSignal): Promise<void> {
  const result = await intake.submit(signal);
  if (result.status !== 'accepted' || !result.repeated) throw unexpected(JSON.stringify(result));
}

function unexpected(what: string): CliError {
  return new CliError(`A signal did not go the way it should, so nothing was measured: ${what}`, ExitCode.FAILURE);
}
