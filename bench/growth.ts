import { CliError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import type { PaperAudit } from '../src/paper-venue/http/paper-routes';
import { runBlock, type BlockFigures } from './growth-block';
import { summariseGrowth, type GrowthReport } from './growth-report';
import { describeMachine } from './machine';
import { exerciseRetention } from './retention';
import { openMeasuredProduct, type MeasuredProduct } from './measured-product';
import { SignalMaker } from './signal-maker';

/** Whatever the length of a run: so many lines can be read, and there is always something to compare. */
const BLOCKS = 10;
const MS_PER_MINUTE = 60_000;
/** Of each wave of the exercise of retention, at most. */
const WAVE_SIGNALS_MAX = 500;

export interface GrowthOptions {
  /** Hand-ins altogether, repetitions included. */
  readonly signals: number;
  readonly abort: AbortSignal;
  readonly progress: (line: string) => void;
}

/**
 * Sends many signals and reports, block by block, whether anything gets slower or larger.
 *
 * @throws CliError when a signal is not traded exactly once, and what starting the parts throws
 */
export async function measureGrowth({ signals, abort, progress }: GrowthOptions): Promise<GrowthReport> {
  const machine = describeMachine();
  const blockSignals = Math.ceil(signals / BLOCKS);
  const blocks: BlockFigures[] = [];
  const product = await openMeasuredProduct({ progress });
  try {
    const maker = new SignalMaker();
    for (let left = signals; left > 0; left -= blockSignals) {
      const block = await runBlock(product, maker, Math.min(blockSignals, left), abort);
      blocks.push(block);
      const done = signals - left + block.signals;
      const leftMinutes = ((signals - done) * block.durationMs) / MS_PER_MINUTE;
      progress(`${done} of ${signals} signals, ${block.durationMs.toFixed(1)} ms each, ${leftText(leftMinutes)} …`);
    }
    await assertOneOrderEach(product, blocks);
  } finally {
    await product.close();
  }
  const retention = await exerciseRetention(Math.min(WAVE_SIGNALS_MAX, blockSignals), abort, progress);
  return summariseGrowth(machine, blocks, retention);
}

function leftText(minutes: number): string {
  return minutes < 1 ? 'less than a minute left' : `about ${Math.round(minutes)} minutes left`;
}

/** The venue's own count: figures of a product that trades twice, or not at all, would be worth nothing. */
async function assertOneOrderEach(
  { installation: { venueUrl } }: MeasuredProduct,
  blocks: readonly BlockFigures[],
): Promise<void> {
  const response = await fetch(`${venueUrl}/paper/audit?summary=1`);
  const { orders, maxOrdersPerClientId } = (await response.json()) as PaperAudit;
  const expected = blocks.reduce((sum, { signals, duplicates }) => sum + signals - duplicates, 0);
  if (orders.accepted === expected && maxOrdersPerClientId === 1) return;
  const message = `The venue accepted ${orders.accepted} orders, at most ${maxOrdersPerClientId} for one signal, and ${expected} signals were sent.`;
  throw new CliError(message, ExitCode.FAILURE);
}
