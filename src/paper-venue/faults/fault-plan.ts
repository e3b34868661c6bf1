import { z } from 'zod';
import { ENDPOINT_NAMES, type EndpointName } from '../http/route';
import { SeededStream } from '../market/seeded-random';
import {
  appliesTo,
  FAULT_CLASS_NAMES,
  OCCASIONAL_FAULT_CLASSES,
  occasionalShare,
  USUAL_FAULT_CLASSES,
  type Fault,
  type FaultClass,
  type FaultDetails,
} from './fault-classes';
import { drawStreamFaults, streamFaultsSchema, type StreamFaults } from './stream-faults';

/** Numbers taken from the seed per request. */
const DRAWS_PER_REQUEST = 6;

/** Draws after the two that decide whether and which: the details. */
const FIRST_DETAIL_DRAW = 2;

const VARIANTS = 1_000;

const faultClass = z.enum(FAULT_CLASS_NAMES);

const target = z.strictObject({
  fault: faultClass,
  endpoint: z.enum(ENDPOINT_NAMES).optional(),
  clientOrderId: z.string().optional(),
  /** Only this request among those that match, counted from 1 since the plan was set; absent: each of them. */
  ordinal: z.int().min(1).optional(),
  accepted: z.boolean().optional(),
  delayMs: z.int().min(0).max(60_000).optional(),
  share: z.number().min(0).max(1).optional(),
  variant: z.int().min(0).optional(),
});

export const faultPlanSchema = z.strictObject({
  seed: z
    .int()
    .min(0)
    .max(2 ** 31)
    .default(0),
  /** The share of requests that meet a fault, besides the targets. */
  rate: z.number().min(0).max(1).default(0),
  /** Which faults the rate is made of, and how often in relation to each other; absent: drawn from the seed. */
  weights: z.partialRecord(faultClass, z.number().positive()).optional(),
  /**
   * Faults besides the rate: which share of the requests to its endpoints each of them meets. Absent: drawn from the seed
   * where the weights are, and none where the weights are given or the rate is zero.
   */
  occasional: z.partialRecord(faultClass, z.number().min(0).max(1)).optional(),
  /** Faults of the private stream; absent: drawn from the seed where the weights are, and none elsewhere. */
  stream: streamFaultsSchema.optional(),
  /** Faults at chosen requests. */
  targets: z.array(target).max(1_000).default([]),
});

export type FaultPlan = z.infer<typeof faultPlanSchema>;
export type FaultTarget = z.infer<typeof target>;

/** What a plan may look at. */
export interface FaultRequest {
  readonly endpoint: EndpointName;
  /** Absent where the request names none. */
  readonly clientOrderId?: string;
  /** Requests to this endpoint since the plan was set, this one included. */
  readonly ordinal: number;
  /** The same, counting only requests with this client id. */
  readonly clientOrderIdOrdinal: number;
}

/**
 * Swarm testing: a seed draws which faults are on at all, each with an even chance, and how often each one comes.
 * Different seeds so test different mixtures, where always all faults at once would hide what a few of them do.
 */
export function drawWeights(seed: number): Readonly<Partial<Record<FaultClass, number>>> {
  const stream = new SeededStream(seed, 'faults:weights');
  const chosen = USUAL_FAULT_CLASSES.filter((_, index) => stream.uniform(index) < 0.5);
  const on = chosen.length > 0 ? chosen : USUAL_FAULT_CLASSES;
  return Object.fromEntries(on.map((name, index) => [name, 0.2 + stream.uniform(USUAL_FAULT_CLASSES.length + index)]));
}

/** The same for the occasional classes: each with an even chance, and about as often as it usually comes. */
export function drawOccasional(seed: number): Readonly<Partial<Record<FaultClass, number>>> {
  const drawn = OCCASIONAL_FAULT_CLASSES.map((name) => {
    // A stream for each, so that a further class changes nothing of the others.
    const stream = new SeededStream(seed, `faults:occasional:${name}`);
    return { name, isOn: stream.uniform(0) < 0.5, share: (occasionalShare(name) ?? 0) * (0.5 + stream.uniform(1)) };
  });
  return Object.fromEntries(drawn.filter(({ isOn }) => isOn).map(({ name, share }) => [name, share]));
}

/** Decides faults. Pure: the same plan and the same request give the same answer, in every process. */
export class FaultPlanner {
  readonly #weights: Readonly<Partial<Record<FaultClass, number>>>;
  readonly #occasional: Readonly<Partial<Record<FaultClass, number>>>;

  /** What the private stream meets. */
  readonly streamFaults: StreamFaults;

  constructor(readonly plan: FaultPlan) {
    this.#weights = plan.weights ?? drawWeights(plan.seed);
    const isDrawn = plan.weights === undefined && plan.rate > 0;
    this.#occasional = plan.occasional ?? (isDrawn ? drawOccasional(plan.seed) : {});
    this.streamFaults = plan.stream ?? (isDrawn ? drawStreamFaults(plan.seed) : {});
  }

  /** The classes that can come besides the plan's targets. */
  get classes(): readonly FaultClass[] {
    const usual = this.#usualClasses;
    return FAULT_CLASS_NAMES.filter((name) => usual.includes(name) || this.#occasional[name] !== undefined);
  }

  decide(request: FaultRequest): Fault | undefined {
    const stream = new SeededStream(this.plan.seed, `faults:${request.endpoint}`);
    const firstDraw = request.ordinal * DRAWS_PER_REQUEST;
    const details = drawDetails(stream, firstDraw + FIRST_DETAIL_DRAW);
    const aimed = this.plan.targets.find((candidate) => hits(candidate, request));
    if (aimed) return { class: aimed.fault, ...details, ...givenDetails(aimed) };
    const isUsual = stream.uniform(firstDraw) < this.plan.rate;
    const chosen = isUsual ? this.#choose(request.endpoint, stream.uniform(firstDraw + 1)) : this.#occasion(request);
    return chosen && { class: chosen, ...details };
  }

  #choose(endpoint: EndpointName, uniform: number): FaultClass | undefined {
    const candidates = this.#usualClasses.filter((name) => appliesTo(name, endpoint));
    const total = candidates.reduce((sum, name) => sum + this.#weights[name]!, 0);
    let left = uniform * total;
    return candidates.find((name) => (left -= this.#weights[name]!) < 0);
  }

  #occasion({ endpoint, ordinal }: FaultRequest): FaultClass | undefined {
    return FAULT_CLASS_NAMES.find((name) => {
      const share = this.#occasional[name];
      if (share === undefined || !appliesTo(name, endpoint)) return false;
      return new SeededStream(this.plan.seed, `faults:occasional:${name}:${endpoint}`).uniform(ordinal) < share;
    });
  }

  /** The classes that the rate is made of. */
  get #usualClasses(): readonly FaultClass[] {
    return this.plan.rate === 0 ? [] : FAULT_CLASS_NAMES.filter((name) => this.#weights[name] !== undefined);
  }
}

function drawDetails(stream: SeededStream, firstDraw: number): FaultDetails {
  return {
    accepted: stream.uniform(firstDraw) < 0.5,
    delayMs: Math.round(300 + 2_700 * stream.uniform(firstDraw + 1)),
    share: 0.1 + 0.8 * stream.uniform(firstDraw + 2),
    variant: Math.floor(VARIANTS * stream.uniform(firstDraw + 3)),
  };
}

function hits(candidate: FaultTarget, request: FaultRequest): boolean {
  if (
    candidate.endpoint === undefined
      ? !appliesTo(candidate.fault, request.endpoint)
      : candidate.endpoint !== request.endpoint
  ) {
    return false;
  }
  if (candidate.clientOrderId === undefined)
    return candidate.ordinal === undefined || candidate.ordinal === request.ordinal;
  if (candidate.clientOrderId !== request.clientOrderId) return false;
  return candidate.ordinal === undefined || candidate.ordinal === request.clientOrderIdOrdinal;
}

function givenDetails({ accepted, delayMs, share, variant }: FaultTarget): Partial<FaultDetails> {
  return {
    ...(accepted !== undefined && { accepted }),
    ...(delayMs !== undefined && { delayMs }),
    ...(share !== undefined && { share }),
    ...(variant !== undefined && { variant }),
  };
}
