import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { quoteValue } from '../../domain/quote-value';
import { type FaultPlan, faultPlanSchema } from './fault-plan';

const FORM = '"seed=7,rate=0.2", or the path of a JSON file with seed, rate, weights and targets';

/** A fault plan cannot be read. The message says what is expected. */
export class FaultPlanError extends Error {
  override readonly name = 'FaultPlanError';
  readonly code = 'FAULT_PLAN_INVALID';
}

/**
 * Reads what a user gives as fault plan: `seed=7,rate=0.2` or a JSON file.
 *
 * @throws FaultPlanError
 */
export function readFaultSpecification(specification: string): FaultPlan {
  if (specification.trim() === '') throw new FaultPlanError(`--faults is empty; expected ${FORM}.`);
  if (!specification.includes('=')) return parseFaultPlan(readJson(specification), specification);
  const pairs = specification.split(',').map((pair) => pair.split('='));
  const values = pairs.map(([name, value]) => [name!.trim(), Number(value?.trim() || Number.NaN)] as const);
  return parseFaultPlan(Object.fromEntries(values), specification);
}

/**
 * Checks a fault plan from outside.
 *
 * @param origin what to call it in a message
 * @throws FaultPlanError
 */
export function parseFaultPlan(value: unknown, origin: string): FaultPlan {
  const parsed = faultPlanSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new FaultPlanError(`The fault plan ${origin} is not valid; expected ${FORM}. ${describeIssue(parsed.error)}`);
}

/** The first of what is wrong, by its name. */
function describeIssue({ issues }: z.ZodError): string {
  const [issue] = issues;
  if (issue === undefined) return '';
  if (issue.code === 'unrecognized_keys') return `${quoteValue(issue.keys[0])} is not known.`;
  const name = issue.path.join('.') || 'The plan';
  if (issue.path[0] === 'rate') return 'rate must be a number from 0 to 1.';
  if (issue.path[0] === 'seed') return 'seed must be a whole number from 0 to 2147483648.';
  if (issue.code === 'too_big') return `${name} is too large; at most ${issue.maximum} is allowed.`;
  if (issue.code === 'too_small') return `${name} is too small; at least ${issue.minimum} is needed.`;
  return `${name} has another form than it needs.`;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new FaultPlanError(`The fault plan ${path} cannot be read as JSON; expected ${FORM}.`, { cause: error });
  }
}
