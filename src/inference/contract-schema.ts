/** The contract: what a model's file must say of itself so that we may run it. docs/model.md explains it to those who bring one. */
import { z } from 'zod';
import { FEATURE_NAMES } from './features';

/** The one version of the contract that there is. */
export const CONTRACT_VERSION = 1;

/** One request fetches at most 1000 candles, and the first one only gives a previous close. */
const STEPS_MAX = 999;
export const HORIZON_MINUTES_MAX = 1_440;
const HORIZONS_MAX = 10;
const LEVELS_MAX = 99;
const OUTPUTS_MAX = 64;

const word = (lengthMax: number) =>
  z
    .string()
    .max(lengthMax)
    .regex(/^\P{C}*\S\P{C}*$/u, 'must be text on one line');
const outputName = word(128);
const unit = z.literal('log return');
const horizonMinutes = z.int().min(1).max(HORIZON_MINUTES_MAX);
/** A list of which nothing is looked at where it is too long: each wrong one of a million would be told. */
const boundedList = <T extends z.ZodType>(of: T, lengthMax: number) =>
  z.array(z.unknown()).max(lengthMax).pipe(z.array(of));
const levels = boundedList(z.number().gt(0).lt(1), LEVELS_MAX)
  .refine((values) => values.length > 0, 'must not be empty')
  .refine(
    (values) => values.every((level, index) => index === 0 || level > values[index - 1]!),
    'must rise from one to the next',
  );
const share = z.number().min(0).max(1);

/** Of one horizon, the upper half of a distribution that is as wide up as down. */
const ewmaQuantiles = z
  .strictObject({
    horizonMinutes,
    levels: levels.refine((list) => list.every((level) => level > 0.5), 'must lie above 0.5'),
    values: boundedList(z.number().min(0), LEVELS_MAX),
  })
  .refine(({ levels: list, values }) => values.length === list.length, {
    path: ['values'],
    error: 'must hold one number for each level',
  })
  .refine(({ values }) => values.every((value, index) => index === 0 || value >= values[index - 1]!), {
    path: ['values'],
    error: 'must not fall from one to the next',
  });

function range(of: z.ZodNumber) {
  return z.tuple([of, of]).refine(([low, high]) => low <= high, 'must have the smaller value first');
}

export const inputSchema = z
  .strictObject({
    /** The name of the graph's input: float32 [batch, steps, features]. */
    name: outputName,
    shape: z.tuple([z.literal('batch'), z.int().min(2).max(STEPS_MAX), z.int().min(1)]),
    /** In the order of the last axis. */
    features: boundedList(z.enum(FEATURE_NAMES), FEATURE_NAMES.length)
      .refine((names) => names.length > 0, 'must not be empty')
      .refine((list) => new Set(list).size === list.length, 'must list each feature once'),
    candleIntervalMinutes: z.union([z.literal(1), z.literal(5)]),
    candlesNeeded: z.int(),
  })
  .refine((value) => value.shape[2] === value.features.length, {
    path: ['features'],
    error: 'must list as many features as the last axis of input.shape has',
  })
  .refine((value) => value.candlesNeeded === value.shape[1] + 1, {
    path: ['candlesNeeded'],
    error: 'must be one more than the steps of input.shape: the first candle gives the previous close',
  });

const output = z.discriminatedUnion('kind', [
  /** float32 [batch]: the usual return of one candle. */
  z.strictObject({ name: outputName, kind: z.literal('scale'), unit }),
  /** float32 [batch]. */
  z.strictObject({ name: outputName, kind: z.literal('mean'), horizonMinutes, unit }),
  /** float32 [batch, levels]; of rise and fall: the largest move on the way. */
  z.strictObject({ name: outputName, kind: z.enum(['quantiles', 'rise', 'fall']), horizonMinutes, levels, unit }),
]);

const outputs = boundedList(output, OUTPUTS_MAX).superRefine((list, context) => {
  const meanMinutes = new Set(list.flatMap((one) => (one.kind === 'mean' ? [one.horizonMinutes] : [])));
  const seen = new Set<string>();
  for (const one of list) {
    const minutes = one.kind === 'scale' ? undefined : one.horizonMinutes;
    const meaning = minutes === undefined ? 'scale' : `${one.kind} of ${minutes} minutes`;
    for (const what of [`the name ${one.name}`, `the ${meaning}`]) {
      if (seen.has(what)) context.addIssue(`must hold ${what} once`);
      seen.add(what);
    }
    if (minutes !== undefined && !meanMinutes.has(minutes)) context.addIssue(`must hold a mean of ${minutes} minutes`);
  }
  if (meanMinutes.size === 0) context.addIssue('must hold a mean');
  if (meanMinutes.size > HORIZONS_MAX) context.addIssue(`must hold at most ${HORIZONS_MAX} horizons`);
});

export const decimalText = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,18})?$/, 'must be a decimal number in quotes, such as "0.0003"');
const instant = z.iso.datetime();

export const contractSchema = z
  .strictObject({
    contractVersion: z.literal(CONTRACT_VERSION),
    name: word(64),
    version: word(32),
    /** The kind of network; shown as the model of the ML manager. */
    family: word(64),
    input: inputSchema,
    outputs,
    /** A size of prediction worth a signal, chosen with the training data. */
    suggestedMinimumReturn: decimalText,
    trainedOn: boundedList(
      z.strictObject({ symbol: word(64), from: instant, to: instant, candles: z.int().min(1) }),
      1_000,
    ).optional(),
    /** When the last candle behind it closed. */
    endOfData: instant.optional(),
    /** Between which values nearly all windows of the training lay. */
    trainingRanges: z
      .strictObject({ scale: range(z.number().min(0)), zeroVolumeShare: range(share), zeroReturnShare: range(share) })
      .optional(),
    /**
     * What the live score holds its quantiles against: returns over a horizon in units of exponentially weighted volatility times the
     * root of the horizon's candles, as its training found them.
     */
    ewmaQuantiles: boundedList(ewmaQuantiles, HORIZONS_MAX)
      .refine((all) => all.length > 0, 'must not be empty')
      .refine(
        (list) => new Set(list.map((one) => one.horizonMinutes)).size === list.length,
        'must hold each horizon once',
      )
      .optional(),
    /** An honest word about what it can do. */
    note: word(2_000),
  })
  .refine(
    ({ input, outputs: list }) =>
      list.every((one) => one.kind === 'scale' || one.horizonMinutes % input.candleIntervalMinutes === 0),
    { path: ['outputs'], error: 'must have horizons of whole candles' },
  );

export type Contract = z.infer<typeof contractSchema>;
export type ContractOutput = z.infer<typeof output>;

const finite = z.number().refine((value) => Number.isFinite(Math.fround(value)), 'must fit into a float32');
export const testWindowSchema = z.strictObject({
  /** Row by row: steps × features. */
  features: boundedList(finite, STEPS_MAX * FEATURE_NAMES.length),
  /** By the output's name, what it must answer. */
  outputs: z
    .record(z.string(), z.unknown())
    .refine((all) => Object.keys(all).length <= OUTPUTS_MAX, `must hold at most ${OUTPUTS_MAX}`)
    .pipe(z.record(z.string(), boundedList(finite, LEVELS_MAX))),
});

export interface TestWindow {
  readonly features: readonly number[];
  readonly outputs: Readonly<Record<string, readonly number[]>>;
}

/** Between which values nearly all windows of the training lay, lower edge first. */
export interface TrainingRanges {
  /** The usual return of one candle. */
  readonly scale: readonly [number, number];
  readonly zeroVolumeShare: readonly [number, number];
  readonly zeroReturnShare: readonly [number, number];
}

/** What must be known of a model to run it, and what a user may want to know. */
export interface ModelMetadata {
  readonly name: string;
  readonly version: string;
  /** The kind of network. */
  readonly family: string;
  /** Of the .onnx file, lower-case hex. */
  readonly sha256: string;
  readonly input: Contract['input'];
  /** Those that are read; all of them are in the graph. */
  readonly outputs: readonly ContractOutput[];
  /** Ascending, each once. */
  readonly horizonsMinutes: readonly number[];
  /** A size of prediction worth a signal, a log return as a decimal string. */
  readonly suggestedMinimumReturn: string;
  /** When the last candle behind it closed, milliseconds UTC; absent: it does not say. */
  readonly endOfDataMs?: number;
  /** Absent: it does not say. */
  readonly trainingRanges?: TrainingRanges;
  /** Of EWMA, by horizon; absent: it does not say, and those of the first model stand in. */
  readonly ewmaQuantiles?: Contract['ewmaQuantiles'];
  readonly note: string;
}

const FAULTS_TOLD_MAX = 3;

/** @returns where, and what is wrong there, on one line */
export function describeIssues(issues: readonly z.core.$ZodIssue[]): string {
  return describeFaults(issues.map(describeIssue));
}

/** The first of them, each once, and how many more there are; a description may be wrong in a million places. */
export function describeFaults(faults: readonly string[]): string {
  const different = [...new Set(faults)];
  const told = different.slice(0, FAULTS_TOLD_MAX).join('; ');
  return different.length > FAULTS_TOLD_MAX ? `${told}; ${different.length - FAULTS_TOLD_MAX} more` : told;
}

function describeIssue({ path, message }: z.core.$ZodIssue): string {
  const where = path.map(String).join('.') || 'the whole';
  return `${where.slice(0, 100)}: ${message.replaceAll(/\s+/g, ' ').slice(0, 200)}`;
}
