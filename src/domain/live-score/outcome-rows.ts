import type { HorizonOutcomes } from './types';

/** The numbers of a row, in their order. */
const FIELDS = [
  'minutes',
  'outcomes',
  'inside50',
  'inside90',
  'directed',
  'hits',
  'loss',
  'ewmaLoss',
  'beyond',
  'brier',
] as const satisfies readonly (keyof HorizonOutcomes)[];

/** One horizon's outcomes without the names, which a history would keep with every tick. */
export type OutcomeRow = readonly number[];

export function toOutcomeRow(outcomes: HorizonOutcomes): OutcomeRow {
  return FIELDS.map((field) => outcomes[field]);
}

/** What is missing of a row is no number, and such outcomes are not counted. */
export function ofOutcomeRow(row: OutcomeRow): HorizonOutcomes {
  const entries = FIELDS.map((field, index) => [field, row[index] ?? Number.NaN] as const);
  return Object.fromEntries(entries) as Record<(typeof FIELDS)[number], number>;
}
