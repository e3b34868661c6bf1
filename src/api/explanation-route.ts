import type { FastifyInstance } from 'fastify';
import type { SignalExplainer } from '../intake/signal-explainer';
import { askIntake, readFingerprint } from './ask-intake';
import { InFlightLimit } from './bounded';
import { ApiError } from './errors';
import { presentExplanation } from './present-explanation';

/** Explanations at once: each reads a history. */
const READS_IN_FLIGHT_MAX = 8;
const ASK_AGAIN = 'Try again in a moment.';

/** `GET /api/signals/:fingerprint/explanation`: also of a signal that was refused at the door. */
export function addExplanationRoute(
  server: FastifyInstance,
  explainer: Pick<SignalExplainer, 'explain'>,
  timeoutMs: number,
): void {
  const reads = new InFlightLimit(READS_IN_FLIGHT_MAX);
  server.get('/api/signals/:fingerprint/explanation', { handlerTimeout: timeoutMs }, async (request) => {
    const fingerprint = readFingerprint(request);
    const explanation = await askIntake(() => reads.run(() => explainer.explain(fingerprint)), ASK_AGAIN);
    if (!explanation) throw new ApiError('SIGNAL_NOT_FOUND');
    return presentExplanation(explanation);
  });
}
