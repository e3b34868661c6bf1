import { WorkflowNotFoundError } from '@temporalio/client';
import { SIGNAL_WORKFLOW_TYPE } from '../src/messages/signal';
import { pollUntil } from '../src/process/poll';
import { readDisk } from './disk';
import { openMeasuredProduct, type MeasuredProduct } from './measured-product';
import { directIntake, travel } from './road';
import { SignalMaker } from './signal-maker';
import { ratio } from './statistics';

/** A product's namespace keeps ended workflows for days; this one lets them go while the next ones run. */
const RETENTION_SECONDS = 5;
/** The server's least retention is an hour, and it spreads deletions over half an hour: both are settings of the server. */
const QUICK_RETENTION = {
  'system.namespaceMinRetentionLocal': '1s',
  'history.retentionTimerJitterDuration': '1s',
};
/** Together they make the entities continue as new, so that ended runs of theirs are deleted, too. */
const WAVES = 6;
/** Growth counts from the end of this wave: until then the entities' first runs fill up. */
const STEADY_FROM_WAVE = 3;
const AT_ONCE = 20;
const DELETED_MAX_MS = 120_000;
const DELETED_INTERVAL_MS = 500;

/** How the server's database stood when the signals of a wave were gone. */
interface WaveFigures {
  readonly signals: number;
  /** From the wave's end until the server knew none of its signals, milliseconds. */
  readonly deletedAfterMs: number;
  readonly databaseBytes: number;
}

export type RetentionFigures =
  | {
      readonly exercised: true;
      readonly retentionSeconds: number;
      readonly waves: readonly WaveFigures[];
      /** What the database grew by from the wave `steadyFromWave` to the last, for each signal in between. */
      readonly steadyFromWave: number;
      readonly bytesPerSignal?: number;
    }
  /** One sentence: what the server did not do. */
  | { readonly exercised: false; readonly reason: string };

/**
 * Trades in waves on a server that forgets quickly, and waits after each until its signals are deleted: whether a database
 * that deletes as much as it takes in stops growing.
 *
 * @param signals of each wave
 */
export async function exerciseRetention(
  signals: number,
  abort: AbortSignal,
  progress: (line: string) => void,
): Promise<RetentionFigures> {
  const product = await openMeasuredProduct({
    progress,
    retentionSeconds: RETENTION_SECONDS,
    dynamicConfig: QUICK_RETENTION,
  });
  try {
    const maker = new SignalMaker();
    const waves: WaveFigures[] = [];
    while (waves.length < WAVES) {
      progress(`Retention of ${RETENTION_SECONDS} s: wave ${waves.length + 1} of ${WAVES} …`);
      const { signals: sent } = await travel(product, maker, directIntake(product), {
        count: signals,
        atOnce: AT_ONCE,
        signal: abort,
      });
      const endedMs = performance.now();
      const ids = sent.map(({ fingerprint }) => fingerprint);
      if (!(await areDeleted(product, ids, abort))) {
        const left = `after ${DELETED_MAX_MS / 1_000} s it still knew some of ${signals} signals`;
        return {
          exercised: false,
          reason: `The server was to forget ended workflows after ${RETENTION_SECONDS} s, and ${left}.`,
        };
      }
      const { databaseBytes } = readDisk(product.config.dataDir);
      waves.push({ signals, deletedAfterMs: performance.now() - endedMs, databaseBytes });
    }
    return {
      exercised: true,
      retentionSeconds: RETENTION_SECONDS,
      waves,
      steadyFromWave: STEADY_FROM_WAVE,
      bytesPerSignal: growthOf(waves),
    };
  } finally {
    await product.close();
  }
}

function growthOf(waves: readonly WaveFigures[]): number | undefined {
  const [first, ...others] = waves.slice(STEADY_FROM_WAVE - 1);
  const last = others.at(-1);
  if (!first || !last) return undefined;
  const signals = others.reduce((sum, wave) => sum + wave.signals, 0);
  return ratio(last.databaseBytes - first.databaseBytes, signals);
}

/** No longer listed, and the last history gone, too: those are deleted apart. */
async function areDeleted(
  { engine: { client } }: MeasuredProduct,
  ids: readonly string[],
  abort: AbortSignal,
): Promise<boolean> {
  const isGone = async (): Promise<boolean> => {
    const { count } = await client.workflow.count(`WorkflowType = '${SIGNAL_WORKFLOW_TYPE}'`);
    return count === 0 && (await isUnknown(ids[0])) && (await isUnknown(ids.at(-1)));
  };
  const isUnknown = async (workflowId = ''): Promise<boolean> => {
    try {
      await client.workflow.getHandle(workflowId).describe();
      return false;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return true;
      throw error;
    }
  };
  const gone = await pollUntil(isGone, { intervalMs: DELETED_INTERVAL_MS, timeoutMs: DELETED_MAX_MS, signal: abort });
  return gone === true;
}
