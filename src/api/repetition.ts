import type { FastifyRequest } from 'fastify';

/** What a sender needs to send a signal again as the same one, when it cannot be told what became of it. */
export interface Repetition {
  readonly fingerprint: string;
  /** ISO 8601: to be sent again with, whatever the clock says by then. */
  readonly timestamp: string;
}

const repetitions = new WeakMap<FastifyRequest, Repetition>();

/** Remembers it for whatever answer the request gets. */
export function noteRepetition(request: FastifyRequest, repetition: Repetition): void {
  repetitions.set(request, repetition);
}

/** @returns undefined for a request that sent no signal */
export function repetitionOf(request: FastifyRequest): Repetition | undefined {
  return repetitions.get(request);
}
