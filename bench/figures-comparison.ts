import type { Figure, Figures, FiguresEntry } from './figures';
import { figure, percent, renderFigures } from './table';

/** What the same code shows from run to run on one machine: a row repeats within so much. */
const NOISE_LEAST = 0.1;
/** Until accepted, a few milliseconds more are noise however small the figure is. */
const ACCEPTED_NOISE_MS = 1.5;

const MARKS = { worse: 'WORSE', better: 'better', same: '' } as const;

/** One figure of two runs. */
export interface Change {
  readonly key: string;
  readonly before: number;
  readonly now: number;
  /** 0.1: a tenth more. */
  readonly change: number;
  /** What the two runs show without any change. */
  readonly noise: number;
  /** `same`: within the noise. */
  readonly verdict: keyof typeof MARKS;
}

/** Compares what both runs measured. */
export function compareFigures(now: Figures, before: Figures): readonly Change[] {
  return Object.entries(now).flatMap(([key, present]) => {
    const earlier = before[key];
    if (!earlier || earlier.value === 0) return [];
    const change = present.value / earlier.value - 1;
    const noise = noiseOf(key, present, earlier);
    const isMoreBetter = key.includes('perSecond');
    const gain = isMoreBetter ? change : -change;
    return [{ key, before: earlier.value, now: present.value, change, noise, verdict: verdictOn(gain, noise) }];
  });
}

function verdictOn(gain: number, noise: number): Change['verdict'] {
  if (gain < -noise) return 'worse';
  return gain > noise ? 'better' : 'same';
}

/** Half of what the rounds of the more restless run lie apart, but never less than what one machine shows from run to run. */
function noiseOf(key: string, now: Figure, before: Figure): number {
  const least = key.endsWith('.acceptedMs') ? Math.max(NOISE_LEAST, ACCEPTED_NOISE_MS / before.value) : NOISE_LEAST;
  return Math.max(least, halfSpreadOf(now), halfSpreadOf(before));
}

function halfSpreadOf({ value, low, high }: Figure): number {
  return low === undefined || high === undefined || value === 0 ? 0 : (high - low) / 2 / value;
}

/** @returns lines for people: every figure that both runs have, those that got worse marked */
export function renderComparison(now: FiguresEntry, before: FiguresEntry): readonly string[] {
  const changes = compareFigures(now.figures, before.figures);
  const rows = changes.map((one) => [
    one.key,
    figure(one.before, digitsFor(one.before)),
    figure(one.now, digitsFor(one.now)),
    `${one.change < 0 ? '' : '+'}${percent(one.change, 1)}`,
    percent(one.noise),
    MARKS[one.verdict],
  ]);
  const worse = changes.filter(({ verdict }) => verdict === 'worse');
  const sameMachine = withoutLoad(now.machine) === withoutLoad(before.machine);
  return [
    `Against "${before.name}" (${before.date}${before.commit === undefined ? '' : `, commit ${before.commit}`}):`,
    ...(sameMachine ? [] : [`That was another machine: ${before.machine}. Only ratios can be compared.`]),
    '',
    ...renderFigures([['', 'before', 'now', 'change', 'noise', ''], ...rows]),
    '',
    `Worse by more than the noise: ${worse.length === 0 ? 'nothing' : `${worse.length} of ${changes.length} figures`}.`,
    ...(worse.some(({ key }) => key.startsWith('floor.'))
      ? ['The floor itself is: the machine was slower or busier, so that ratios say more than absolute figures.']
      : []),
  ];
}

function digitsFor(value: number): number {
  return value >= 100 ? 0 : value >= 10 ? 1 : 2;
}

function withoutLoad(machine: string): string {
  return machine.replace(/, load before .*$/, '');
}
