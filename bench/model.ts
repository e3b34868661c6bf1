import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../harness/installation';
import { gateSettingsOf } from '../src/config/gate-settings';
import { judgeAll, NO_VIEWS } from '../src/domain/model-gate/gate';
import type { ModelPrediction } from '../src/domain/model-gate/types';
import { readTick, writeTick } from '../src/inference/candle-store';
import { buildFeatures } from '../src/inference/features';
import { passedOutcomes } from '../src/inference/passed-forecasts';
import { beyondLeastReturn } from '../src/inference/predictions';
import { loadModel, type Model } from '../src/inference/session';
import { CandleReader } from '../src/trading/candle-reader';
import { RequestPermit } from '../src/venues/request-permit';
import type { Venue } from '../src/venues/venue';
import { startPart } from './start-part';
import { median } from './statistics';
import { figure, mebibytes, renderFigures } from './table';
import { openVenueAlone } from './venue-alone';

const ROUNDS = 15;
const MINUTE_MS = 60_000;
/** What the live score needs beside the window. */
const OUTCOME_CANDLES = 60;
const ASSUMED_COSTS = 0.0013;
/** Every prediction reaches the gate. */
const LEAST_RETURN = '0';
const ROUND_TRIP = { takerFee: '0.00055', bid: '100', ask: '100.02' };
const WIDE = { limit: 1_000_000, windowMs: 60_000, weight: 1 };

const STEPS = ['fetch all', 'fetch what is new', 'write', 'read', 'features', 'model', 'score', 'gate'] as const;
type Step = (typeof STEPS)[number];

/** What a tick of the model costs; also what `--json` prints. */
export interface ModelReport {
  readonly symbols: number;
  readonly candles: number;
  readonly predicted: number;
  readonly fileBytes: number;
  /** Of this process's processor time, milliseconds: the median of the rounds. */
  readonly cpuMs: Readonly<Record<Step, number>>;
  /** The process's memory before the model was loaded, and at the end. */
  readonly memoryBytes: { readonly before: number; readonly after: number };
}

/** Every part of a tick with all symbols, one after another: what it takes of the processor. The venue is another process. */
export async function measureModel(
  { symbols: count }: { readonly symbols: number },
  abort: AbortSignal,
  progress: (line: string) => void,
): Promise<ModelReport> {
  const symbols = Array.from({ length: count }, (_, index) => `S${index}USDT`);
  const settings = {
    venues: { bybit: { symbols, limits: { global: WIDE, endpoints: { market_data: WIDE } } } },
    signals: { burst: count, perStrategyBurst: count },
    paperVenue: { documentedLimits: false },
  };
  const installation = await Installation.create({ name: 'bench-model', settings });
  try {
    progress(`Starting a paper venue of ${count} symbols …`);
    await startPart(installation, ['paper-venue']);
    const memoryBefore = process.memoryUsage.rss();
    const model = await loadModel(installation.config.ml.model, { executionProviders: ['cpu'] });
    const venue = openVenueAlone(installation);
    try {
      const ticks = new Ticks(installation, venue, model, symbols);
      for (let round = 1; round <= ROUNDS && !abort.aborted; round += 1) {
        progress(`Round ${round} of ${ROUNDS} …`);
        await ticks.run();
      }
      return { ...ticks.report(), memoryBytes: { before: memoryBefore, after: process.memoryUsage.rss() } };
    } finally {
      await venue.close();
      await model.close();
    }
  } finally {
    await installation.close();
  }
}

/** @returns lines of a table */
export function renderModel({
  symbols,
  candles,
  predicted,
  fileBytes,
  cpuMs,
  memoryBytes,
}: ModelReport): readonly string[] {
  const rows = STEPS.map((step) => [step, figure(cpuMs[step], 1, 'ms')]);
  return [
    `${symbols} symbols of ${candles} candles, ${predicted} predicted; the file has ${mebibytes(fileBytes)}.`,
    '',
    ...renderFigures([['of a tick', 'processor time'], ...rows]),
    '',
    `Memory of the process: ${mebibytes(memoryBytes.before)} before the model was loaded, ${mebibytes(memoryBytes.after)} at the end.`,
  ];
}

/** Runs ticks, and keeps what each part of them took. */
class Ticks {
  private readonly took = new Map<Step, number[]>();
  private counts = { candles: 0, predicted: 0, fileBytes: 0 };

  constructor(
    private readonly installation: Installation,
    private readonly venue: Venue,
    private readonly model: Model,
    private readonly symbols: readonly string[],
  ) {}

  async run(): Promise<void> {
    const { config, dataDir } = this.installation;
    const { symbols, model } = this;
    const { shape, features: names, candlesNeeded } = model.metadata.input;
    const newestMs = (await this.venue.candles(symbols[0]!, MINUTE_MS, 1))[0]!.openTimeMs + MINUTE_MS;
    const candlesDir = join(dataDir, 'bench-candles');
    const reader = new CandleReader(this.venue, { forReads }, LIMITS);
    const read = (closeTimeMs: number) =>
      reader.read({
        symbols,
        intervalMs: MINUTE_MS,
        closeTimeMs,
        count: candlesNeeded + OUTCOME_CANDLES,
        patienceMs: MINUTE_MS,
        onProgress: () => undefined,
      });
    await this.measure('fetch all', () => read(newestMs - MINUTE_MS));
    const { candles } = await this.measure('fetch what is new', () => read(newestMs));
    const fetched = { venue: config.venue, intervalMs: MINUTE_MS, tickMs: newestMs, candlesBySymbol: candles };
    const reference = await this.measure('write', () => writeTick(candlesDir, fetched));
    const batch = await this.measure('read', () => readTick(candlesDir, reference));
    const built = await this.measure('features', () =>
      buildFeatures(batch, symbols, { steps: shape[1], features: names }),
    );
    const { predictions } = await this.measure('model', () => model.predict(built.batch));
    const layout = { steps: shape[1], features: names };
    await this.measure('score', () =>
      passedOutcomes({ model, candles: batch, predictions, layout, scales: [], costs: ASSUMED_COSTS }),
    );
    await this.measure('gate', () =>
      this.judge(beyondLeastReturn(predictions, { minimumReturn: LEAST_RETURN }), newestMs),
    );
    rmSync(candlesDir, { recursive: true });
    this.counts = {
      candles: candles[symbols[0]!]?.closes.length ?? 0,
      predicted: predictions.length,
      fileBytes: Object.values(candles).reduce((sum, { closes }) => sum + closes.byteLength * 5, 0),
    };
  }

  report(): Omit<ModelReport, 'memoryBytes'> {
    const medians = STEPS.map((step) => [step, median(this.took.get(step) ?? [])] as const);
    const cpuMs = Object.fromEntries(medians) as Record<Step, number>;
    return { symbols: this.symbols.length, ...this.counts, cpuMs };
  }

  private judge(predictions: readonly ModelPrediction[], nowMs: number) {
    const { config } = this.installation;
    const costs = Object.fromEntries(this.symbols.map((symbol) => [symbol, ROUND_TRIP]));
    const terms = {
      settings: gateSettingsOf(config),
      candleIntervalMs: MINUTE_MS,
      nowMs,
      environment: 'paper',
      costs,
    } as const;
    return judgeAll(NO_VIEWS, predictions, terms);
  }

  private async measure<Result>(step: Step, work: () => Result | Promise<Result>): Promise<Result> {
    const before = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(before);
    this.took.set(step, [...(this.took.get(step) ?? []), (user + system) / 1_000]);
    return result;
  }
}

const LIMITS = {
  global: WIDE,
  endpoints: { market_data: WIDE },
  safetyMargin: 0.9,
  exitSafetyMargin: 1,
  permitValidityMs: 2_000,
};

/** Permits of nobody: what the limiter costs is another measurement's. */
async function forReads(_endpoint: string, _intent: string, count: number): Promise<readonly RequestPermit[]> {
  const nowMs = performance.now();
  const granted = { status: 'granted', askedAtMs: nowMs, notBeforeMs: nowMs, expiresAtMs: nowMs + MINUTE_MS } as const;
  return Array.from({ length: count }, () => new RequestPermit(granted));
}
