import type { Judgement } from '../domain/model-gate/judgement';
import { sizeWords } from '../domain/model-gate/size';
import type { PredictionsReport } from '../observability/predictions-report';
import { printable } from '../process/printable';
import type { Style } from './terminal';

/** What each outcome says, and what a person does about it. */
const WORDS: Readonly<Record<Judgement['outcome'], readonly [what: string, remedy: string]>> = {
  OPENED: ['became a signal', 'oncefill explain tells what became of that.'],
  POSITION_OPPOSITE: ['became a signal against the open view', 'oncefill explain tells what became of that.'],
  NOT_ALLOWED: ['the gate "demo" lets signals pass on paper alone', 'Set ml.gate to costs.'],
  STALE_CANDLES: [
    'its candles were old',
    'Look at oncefill status: the exchange, or the fetching of candles, is late.',
  ],
  BELOW_MINIMUM: ['it expected less than the least return', 'Nothing: most predictions end here (ml.minimumReturn).'],
  MODEL_TOO_OLD: [
    "the model's training data are too old, or it does not say how old",
    'Load a newer model, or change ml.modelAgeMaxDays.',
  ],
  NOT_CALIBRATED: [
    "too few of the model's 90 % intervals held of late",
    'Nothing: its intervals widen until they hold again (oncefill ml status). Or load a model of this market.',
  ],
  OUT_OF_RANGE: [
    'the model was never tested on candles like these',
    'Nothing, if that passes; otherwise load a model of this market, or leave the symbol out.',
  ],
  VIEW_OPEN: ['a view of the same side is open', 'Nothing: it is not added to before its horizon ends.'],
  COOLING_DOWN: ['the symbol cools down after its last view', 'Nothing; ml.coolDownMinutes says for how long.'],
  COSTS_UNKNOWN: ['what a trade costs was not known', 'Look at oncefill status: the exchange tells no price.'],
  SIZE_UNKNOWN: [
    'its amount by ml.riskPerTrade is not known',
    'Look at the reason: its stop (ml.stopFrom), or what the exchange tells of the symbol.',
  ],
  BELOW_SMALLEST_ORDER: [
    'its amount by ml.riskPerTrade is below the smallest order',
    'Nothing: no amount is raised. A larger ml.riskPerTrade would let it pass.',
  ],
  BELOW_COSTS: [
    'it expected less than the trade would cost, or a gain was too unlikely',
    'Nothing: it would lose. The gate "demo" trades such predictions, on paper.',
  ],
  NO_PREDICTION: ['nothing was predicted', 'Look at the log ml_manager for the reason.'],
};

/** The last prediction of a symbol as `ml why --json` has it. */
export function presentJudgement({ state }: PredictionsReport, symbol: string, judgement: Judgement | undefined) {
  return {
    symbol,
    running: state.status === 'running',
    model: state.model,
    gate: state.gate,
    last_error: state.lastError,
    judgement: judgement && {
      candle_closed_at: new Date(judgement.atMs).toISOString(),
      outcome: judgement.outcome,
      expected_return: judgement.expected,
      needed_return: judgement.needed,
      costs: judgement.costs,
      net_gain_chance: judgement.netGainChance,
      net_gain_chance_min: judgement.netGainChanceMin,
      actual: judgement.actual,
      bound: judgement.bound,
      size: judgement.size && {
        risk_per_trade: judgement.size.riskPerTrade,
        stop_distance: judgement.size.stopDistance,
        amount_max: judgement.size.amountMax,
      },
      reason: judgement.why,
      intake: judgement.answer,
    },
  };
}

/** Why a symbol's last prediction became a signal, or none. */
export function renderJudgement(
  { state }: PredictionsReport,
  symbol: string,
  judgement: Judgement | undefined,
  style: Style,
): string {
  const shown = style.bold(printable(symbol));
  const loop = [
    ...(state.status === 'running' ? [] : [style.warning('Predictions are paused.')]),
    ...(state.gate === undefined ? ['No gate is configured: no prediction becomes a signal.'] : []),
    ...(state.lastError === undefined ? [] : [style.bad(`The last tick failed: ${printable(state.lastError)}`)]),
  ];
  if (judgement === undefined)
    return [`${shown}: nothing was judged since predictions began, or it is not among the symbols.`, ...loop].join(
      '\n',
    );
  const { atMs, outcome, answer } = judgement;
  const [what, remedy] = WORDS[outcome];
  const figures = figuresOf(judgement);
  return [
    `${shown}: ${outcome}, ${what}.`,
    `Candle closed ${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC, model ${printable(state.model)}, gate ${state.gate ?? 'none'}.`,
    ...(figures.length === 0 ? [] : [`${figures.join('; ')}.`]),
    ...(answer === undefined ? [] : [`Intake: ${printable(answer)}.`]),
    `→ ${remedy}`,
    ...loop,
  ].join('\n');
}

/** What decided, as parts of a sentence. */
function figuresOf(judgement: Judgement): readonly string[] {
  const { outcome, expected, needed, costs, netGainChance: chance, netGainChanceMin: chanceMin, why } = judgement;
  const { actual, bound } = judgement;
  const beaten = chanceMin === undefined ? '' : `, needed more than ${share(chanceMin)}`;
  return [
    ...(expected === undefined ? [] : [`expected ${percent(expected)}`]),
    ...(needed === undefined ? [] : [`needed more than ${percent(needed)}, up or down`]),
    ...(costs === undefined ? [] : [`a trade costs ${percent(costs)}`]),
    ...(chance === undefined ? [] : [`the chance of a net gain is ${share(chance)}${beaten}`]),
    ...(outcome === 'NOT_CALIBRATED' && actual !== undefined && bound !== undefined
      ? [`${share(actual)} of the 90 % intervals held, at least ${share(bound)} are needed`]
      : []),
    ...(outcome === 'MODEL_TOO_OLD' && bound !== undefined
      ? [`${actual === undefined ? '' : `${actual} days old, `}at most ${bound} are allowed`]
      : []),
    ...(judgement.size === undefined ? [] : [`amount ${printable(sizeWords(judgement.size))}`]),
    ...(why === undefined ? [] : [printable(why)]),
  ];
}

function share(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(3)} %`;
}
