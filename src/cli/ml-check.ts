import type { Command } from 'commander';
import type { ModelMetadata } from '../inference/model-metadata';
import type { Model } from '../inference/session';
import { ExitCode } from '../process/exit-codes';
import { loadCommandConfig } from './command-config';
import { mend, skipped, well, type Checked, type Finding } from './doctor/check';
import { printJson, printLine, styleFor } from './terminal';

const DAY_MS = 86_400_000;
const BYTES_PER_KIB = 1024;
/** Runs that are measured, after those that loading makes. */
const MEASURED_RUNS = 20;

/** A check of a model; `code`, of a fault alone, is stable. */
type ModelCheck = Checked & { readonly code?: string };

interface Expected {
  readonly executionProviders: readonly string[];
  readonly candleIntervalMinutes: number;
}

/** `oncefill ml check [FILE]`: everything that a start would refuse a model for, and what it costs to run. */
export function addCheckCommand(ml: Command, finish: (exitCode: ExitCode) => void): void {
  ml.command('check')
    .description(
      'try a model without trading by it: what was checked, what was found, how to mend it (1: it cannot be used)',
    )
    .argument('[file]', 'an .onnx file (default: ml.model)')
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, options: { readonly json?: boolean }, command: Command) => {
      const { ml: settings } = await loadCommandConfig(command);
      const path = file ?? settings.model;
      const checks = await checkModel(path, settings);
      const isUsable = checks.every(({ verdict }) => verdict !== 'mend');
      if (options.json) printJson({ file: path, status: isUsable ? 'well' : 'mend', checks });
      else {
        const { renderDoctor } = await import('./doctor/render-doctor');
        printLine(renderDoctor(checks, styleFor(process.stdout)));
      }
      finish(isUsable ? ExitCode.SUCCESS : ExitCode.FAILURE);
    });
}

/** The checks in the order in which they are made; a fault is the last one. */
async function checkModel(path: string, expected: Expected): Promise<readonly ModelCheck[]> {
  const [{ readModel }, { serveModel }, { ModelError }] = await Promise.all([
    import('../inference/model-metadata'),
    import('../inference/session'),
    import('../inference/errors'),
  ]);
  const checks: ModelCheck[] = [];
  const add = (name: string, finding: Finding): void => void checks.push({ name, ...finding });
  const memoryBefore = process.memoryUsage.rss();
  let at = 'file';
  try {
    const described = await readModel(path);
    const { metadata, content } = described;
    add('file', well(`${Math.ceil(content.length / BYTES_PER_KIB)} KiB, SHA-256 ${metadata.sha256}`));
    describe(metadata, expected, add);
    at = 'model';
    const model = await serveModel(described, { ...expected, onPassed: (name, found) => add(name, well(found)) });
    try {
      at = 'processor time';
      for (const [name, found] of await measure(model, memoryBefore)) add(name, well(found));
    } finally {
      await model.close();
    }
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    checks.push({ name: at, code: error.code, ...mend(error.fault, error.advice) });
  }
  return checks;
}

/** What it says of itself. */
function describe(
  metadata: ModelMetadata,
  { candleIntervalMinutes }: Expected,
  add: (name: string, finding: Finding) => void,
): void {
  const { name, version, family, input, outputs, horizonsMinutes, endOfDataMs, trainingRanges, note } = metadata;
  add('description', well(`${name} ${version}, ${family}: ${note}`));
  const interval = `${input.candlesNeeded} candles of ${input.candleIntervalMinutes} min`;
  add(
    'candles',
    input.candleIntervalMinutes === candleIntervalMinutes
      ? well(interval)
      : mend(
          `${interval}, and ml.candleIntervalMinutes is ${candleIntervalMinutes}`,
          `set it to ${input.candleIntervalMinutes}`,
        ),
  );
  add(
    'horizons',
    well(`${horizonsMinutes.join(', ')} minutes, of the outputs ${outputs.map((one) => one.name).join(', ')}`),
  );
  add(
    'training data',
    endOfDataMs === undefined
      ? skipped('it does not say when its data end (endOfData)')
      : well(
          `until ${new Date(endOfDataMs).toISOString()}, ${Math.floor((Date.now() - endOfDataMs) / DAY_MS)} days ago`,
        ),
  );
  add(
    'training ranges',
    trainingRanges === undefined
      ? skipped('it does not say which markets it knows (trainingRanges)')
      : well(
          Object.entries(trainingRanges)
            .map(([measure, range]) => `${measure} ${range.join(' to ')}`)
            .join(', '),
        ),
  );
}

/** What a tick of as many symbols as there may be costs. A busy machine only makes runs slower: the usual one counts. */
async function measure(
  model: Model,
  memoryBefore: number,
): Promise<readonly (readonly [name: string, found: string])[]> {
  const { BATCH_ROWS_MAX } = await import('../inference/session');
  const [, steps, features] = model.metadata.input.shape;
  const rows = Array.from({ length: BATCH_ROWS_MAX }, (_, index) => ({ symbol: `ROW${index}`, closeTimeMs: 0 }));
  const data = Float32Array.from({ length: rows.length * steps * features }, (_, index) => 0.001 * Math.sin(index + 1));
  const runs: { readonly cpuMs: number; readonly tookMs: number; readonly heldMs: number }[] = [];
  for (let index = 0; index < MEASURED_RUNS; index++) {
    const loopBefore = performance.eventLoopUtilization();
    const cpuBefore = process.cpuUsage();
    const startedAtMs = performance.now();
    await model.predict({ rows, steps, features, data });
    const { user, system } = process.cpuUsage(cpuBefore);
    const heldMs = performance.eventLoopUtilization(loopBefore).active;
    runs.push({ cpuMs: (user + system) / 1_000, tookMs: performance.now() - startedAtMs, heldMs });
  }
  const usual = (of: 'cpuMs' | 'tookMs' | 'heldMs'): string => {
    const ordered = runs.map((one) => one[of]).toSorted((left, right) => left - right);
    return ordered[Math.floor(ordered.length / 2)]!.toFixed(1);
  };
  const memoryMib = (process.memoryUsage.rss() - memoryBefore) / BYTES_PER_KIB ** 2;
  return [
    ['processor time', `${usual('cpuMs')} ms for ${rows.length} symbols, ${usual('tookMs')} ms on the clock`],
    ['event loop', `held for ${usual('heldMs')} ms by handing over and reading; the run has a thread of its own`],
    ['memory', `${Math.round(memoryMib)} MiB`],
  ];
}
