import { scalesAt } from '../src/domain/live-score/online-scale';
import { recentCoverage, withOutcomes } from '../src/domain/live-score/live-score';
import { summaryOf } from '../src/domain/live-score/summary';
import type { LiveScore } from '../src/domain/live-score/types';
import { addFunnels, countVerdicts, describeDemo, type GateFunnel } from '../src/domain/model-gate/funnel';
import { isOpen, judgeAll, NO_VIEWS, symbolsToPrice, takeBack } from '../src/domain/model-gate/gate';
import { modelAgeDays } from '../src/domain/model-gate/standing';
import type {
  GateSettings,
  GateState,
  GateTerms,
  MarketCosts,
  ModelStanding,
  Verdict,
} from '../src/domain/model-gate/types';
import { withAnswer, withFindings, type Judgements } from '../src/domain/model-gate/judgement';
import type { TradingSignal } from '../src/domain/signal';
import type { SignalSource } from '../src/domain/signal-source';
import type { Forecast, PredictInput } from '../activities/inference';
import type { IntakeResult } from '../activities/intake';
import type { MlManagerSettings, MlManagerState, OpenView } from '../src/messages/ml-manager';

/** What continue-as-new carries over of it. */
export interface GateCarried {
  readonly views: GateState;
  readonly funnel?: GateFunnel;
  readonly lastFunnel?: GateFunnel;
  readonly demoWords?: string;
  readonly judgements?: Judgements;
  /** Absent: nobody knows any outcome of the model's predictions yet. */
  readonly score?: LiveScore;
  /** When the model's training data end, milliseconds UTC; absent: it does not tell. */
  readonly endOfDataMs?: number;
}

/** Outcomes that decide on calibration at least, where settings do not say. */
const COVERAGE_OUTCOMES = 500;

/** What a tick hands in, and what to say of it. */
export interface GatedSignals {
  readonly signals: readonly TradingSignal[];
  /** By symbol. */
  readonly notes: Readonly<Record<string, string>>;
  /** What each was made from, by symbol. */
  readonly sources: Readonly<Record<string, SignalSource>>;
}

/** The gate between the predictions and the signals, with the views that are open. */
export class PredictionGate {
  private current: GateCarried;
  private before: GateState = NO_VIEWS;

  constructor(carried: GateCarried | undefined) {
    this.current = carried ?? { views: NO_VIEWS };
  }

  get carried(): GateCarried {
    return this.current;
  }

  /** What a person is shown of it. @param atMs the last candle's close, milliseconds UTC */
  shown(
    terms: GateSettings,
    atMs: number,
  ): Pick<
    MlManagerState,
    'gate' | 'horizonMinutes' | 'views' | 'lastFunnel' | 'demoWords' | 'judgements' | 'liveScore' | 'modelData'
  > {
    const { lastFunnel, demoWords, judgements, score, endOfDataMs } = this.current;
    const { gate, horizonMinutes, modelAgeMaxDays: ageMaxDays } = terms;
    const modelData = endOfDataMs !== undefined && {
      endOfDataMs,
      ageDays: modelAgeDays(endOfDataMs, atMs),
      ...(ageMaxDays !== undefined && { ageMaxDays }),
    };
    return {
      gate,
      horizonMinutes,
      views: this.openViews(atMs),
      lastFunnel,
      demoWords,
      judgements,
      ...(score && { liveScore: summaryOf(score) }),
      ...(modelData && { modelData }),
    };
  }

  /** What the model is asked for beside the candles. */
  wanted(
    { minimumReturn, horizonMinutes, assumedCosts: costs }: GateSettings,
    closeTimeMs: number,
  ): Omit<PredictInput, 'reference'> {
    const score = costs !== undefined && { costs, scales: scalesAt(this.current.score, closeTimeMs) };
    return { minimumReturn, horizonMinutes, ...(score && { score }) };
  }

  /** Takes over what a forecast says of the model, and what came of its former ones. */
  learned({ modelHash, endOfDataMs, outcomes }: Forecast, gate: GateSettings, closeTimeMs: number): void {
    const { endOfDataMs: _, ...others } = this.current;
    this.current = { ...others, ...(endOfDataMs !== undefined && { endOfDataMs }) };
    if (outcomes === undefined || modelHash === undefined) return;
    const { coverageMin, coverageOutcomes = COVERAGE_OUTCOMES } = gate;
    const terms = { ...(coverageMin !== undefined && { coverageMin: Number(coverageMin) }), coverageOutcomes };
    const told = { model: modelHash, tickMs: closeTimeMs, horizons: outcomes };
    this.current = { ...this.current, score: withOutcomes(this.current.score, told, terms) };
  }

  /** The symbols whose costs have to be known. */
  symbolsToPrice(forecast: Forecast, settings: MlManagerSettings, gate: GateSettings): readonly string[] {
    const terms = termsOf(settings, gate, this.standing(gate));
    return symbolsToPrice(this.current.views, forecast.predictions ?? [], terms);
  }

  judge(
    forecast: Forecast,
    settings: MlManagerSettings,
    gate: GateSettings,
    costs: Readonly<Record<string, MarketCosts>>,
    closeTimeMs: number,
  ): GatedSignals {
    const predictions = forecast.predictions ?? [];
    const { funnel = {}, demoWords: _, views, judgements = {}, ...others } = this.current;
    const terms = { ...termsOf(settings, gate, this.standing(gate)), costs };
    const { state, verdicts } = judgeAll(views, predictions, terms);
    const lastFunnel = funnelOf(forecast, verdicts);
    const passed = verdicts.filter(({ signal }) => signal !== undefined);
    const notes = gate.gate === 'demo' ? demoNotes(passed) : {};
    const newest = Object.values(notes).at(-1) ?? this.current.demoWords;
    const { below = {}, missing = {} } = forecast;
    const least = Number(gate.minimumReturn);
    const findings = { atMs: closeTimeMs, predictions, verdicts, below, least, missing };
    this.before = views;
    this.current = {
      ...others,
      views: state,
      funnel: addFunnels(funnel, lastFunnel),
      lastFunnel,
      judgements: withFindings(judgements, findings, settings.symbols),
      ...(newest !== undefined && gate.gate === 'demo' && { demoWords: newest }),
    };
    return { signals: passed.map(({ signal }) => signal!), notes, sources: sourcesOf(forecast, verdicts) };
  }

  /** What intake said to each signal. */
  answered(signals: readonly TradingSignal[], results: readonly IntakeResult[]): void {
    const { judgements = {} } = this.current;
    const answers = signals.flatMap(({ symbol }, index) => {
      const result = results[index];
      return result === undefined ? [] : [[symbol, answerWords(result)] as const];
    });
    const noted = answers.reduce((all, [symbol, words]) => withAnswer(all, symbol, words), judgements);
    this.current = { ...this.current, judgements: noted };
  }

  /** Of what intake refused nothing is under way. */
  refused(symbols: readonly string[]): void {
    this.current = { ...this.current, views: takeBack(this.current.views, this.before, symbols) };
  }

  /** Only what is told of the gate's own horizon decides. */
  private standing({ horizonMinutes }: GateSettings): ModelStanding {
    const { score, endOfDataMs } = this.current;
    const horizon = score?.horizons.find(({ minutes }) => minutes === horizonMinutes);
    const coverage = horizon && !horizon.isCalibrated ? recentCoverage(horizon) : undefined;
    return {
      ...(endOfDataMs !== undefined && { endOfDataMs }),
      ...(coverage !== undefined && { coverage }),
    };
  }

  private openViews(atMs: number): readonly OpenView[] {
    return Object.entries(this.current.views)
      .filter(([, view]) => isOpen(view, atMs))
      .map(([symbol, { direction, openedAtMs, endsAtMs }]) => ({ symbol, direction, openedAtMs, endsAtMs }))
      .toSorted((one, other) => (one.symbol < other.symbol ? -1 : 1));
  }
}

function termsOf(
  { environment, candleIntervalMs }: MlManagerSettings,
  gate: GateSettings,
  model: ModelStanding,
): Omit<GateTerms, 'costs'> {
  const ours = environment !== undefined && { environment };
  return { settings: gate, candleIntervalMs, nowMs: Date.now(), model, ...ours };
}

/** The activity hands over only what is beyond the least return, and counts the rest. */
function funnelOf(forecast: Forecast, verdicts: readonly Verdict[]): GateFunnel {
  const { predicted, skipped = { stale: 0, others: 0 } } = forecast;
  const below = Math.max(0, predicted - verdicts.length);
  const counted: readonly (readonly [keyof GateFunnel, number])[] = [
    ['BELOW_MINIMUM', below],
    ['STALE_CANDLES', skipped.stale],
    ['NO_PREDICTION', skipped.others],
  ];
  return addFunnels(countVerdicts(verdicts), Object.fromEntries(counted.filter(([, count]) => count > 0)));
}

function demoNotes(passed: readonly Verdict[]): Readonly<Record<string, string>> {
  return Object.fromEntries(passed.map(({ symbol, expectedCosts = 0 }) => [symbol, describeDemo(expectedCosts)]));
}

function answerWords(result: IntakeResult): string {
  if (result.status === 'refused') return `refused (${result.code}): ${result.message}`;
  if (result.status === 'duplicate') return `refused: ${result.message}`;
  return `${result.repeated ? 'accepted before' : 'accepted'} as ${result.fingerprint}`;
}

function sourcesOf(
  { model, modelHash: hash, predictions = [] }: Forecast,
  verdicts: readonly Verdict[],
): GatedSignals['sources'] {
  const sources = verdicts.flatMap(({ symbol, signal, needed, size, ...verdict }, index) => {
    if (signal === undefined) return [];
    const { expectedReturn: expected, quantiles } = predictions[index] ?? {};
    const { netGainChance: chance, netGainChanceMin: chanceMin } = verdict;
    const figures = {
      ...(hash !== undefined && { hash }),
      ...(expected !== undefined && { expected }),
      ...(needed !== undefined && { needed }),
      ...(chance !== undefined && { chance }),
      ...(chanceMin !== undefined && { chanceMin }),
      ...(quantiles !== undefined && { quantiles }),
      ...(size !== undefined && { risk: size.riskPerTrade }),
    };
    return [[symbol, { by: 'model', name: model, ...figures }] as const];
  });
  return Object.fromEntries(sources);
}
