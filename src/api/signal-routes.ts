import type { FastifyInstance, FastifyReply } from 'fastify';
import type { IntakeResult, SignalIntake } from '../intake/types';
import { IntakeUnavailableError } from '../intake/types';
import { parseSignal } from '../intake/parse-signal';
import { InFlightLimit } from './bounded';
import { ApiError } from './errors';
import { presentSignal, presentSummary } from './present-signal';

/** Signals that are being handed to the server at once; more are told to come back. */
export const SUBMISSIONS_IN_FLIGHT_MAX = 256;
/** Look-ups and lists at once. Apart from submissions, so that a busy dashboard holds up no signal. */
const READS_IN_FLIGHT_MAX = 32;

const MINUTES_DEFAULT = 5;
const MINUTES_MAX = 10_080;
const FINGERPRINT = /^[0-9a-f]{16}$/;

// Not "nothing was accepted": a call that ran into its deadline may have started the signal.
const SEND_AGAIN = 'Send the same signal again: whether or not it was accepted, it becomes at most one order.';

function toReply(result: IntakeResult, reply: FastifyReply): object {
  switch (result.status) {
    case 'accepted':
      void reply.code(202);
      return { fingerprint: result.fingerprint, status: 'accepted' };
    case 'duplicate':
      void reply.code(409);
      return { fingerprint: result.fingerprint, status: 'duplicate', conflicting: result.conflicting };
    case 'refused':
      void reply.code(422);
      return { code: result.code, message: result.message };
  }
}

function readMinutes(query: unknown): number {
  const { minutes = String(MINUTES_DEFAULT), ...others } = query as Record<string, unknown>;
  if (Object.keys(others).length > 0 || typeof minutes !== 'string' || !/^[1-9]\d{0,4}$/.test(minutes)) {
    throw new ApiError('INVALID_QUERY');
  }
  const count = Number(minutes);
  if (count > MINUTES_MAX) throw new ApiError('INVALID_QUERY');
  return count;
}

/** @param explanation what an unreachable server means for the caller */
async function askIntake<T>(ask: () => Promise<T>, explanation: string): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof IntakeUnavailableError)) throw error;
    throw new ApiError('SERVER_UNAVAILABLE', `The Temporal server cannot be reached. ${explanation}`);
  }
}

/**
 * `POST /api/signals`, `GET /api/signals/:fingerprint` and `GET /api/signals?minutes=5`.
 *
 * @param timeoutMs after it the sender of a signal is told that the answer is not known
 */
export function addSignalRoutes(server: FastifyInstance, intake: SignalIntake, timeoutMs: number): void {
  const submissions = new InFlightLimit(SUBMISSIONS_IN_FLIGHT_MAX);
  const reads = new InFlightLimit(READS_IN_FLIGHT_MAX);

  server.post('/api/signals', { handlerTimeout: timeoutMs }, async (request, reply) => {
    const parsed = parseSignal(request.body, { nowMs: Date.now() });
    if (!parsed.ok) return reply.code(422).send({ code: parsed.code, message: parsed.message });
    const submit = (): Promise<IntakeResult> => submissions.run(() => intake.submit(parsed.signal));
    const result = await askIntake(submit, SEND_AGAIN);
    request.log.info({ symbol: parsed.signal.symbol, ...result }, 'signal received');
    return reply.send(toReply(result, reply));
  });

  server.get('/api/signals/:fingerprint', { handlerTimeout: timeoutMs }, async (request) => {
    const { fingerprint } = request.params as { fingerprint: string };
    if (!FINGERPRINT.test(fingerprint)) throw new ApiError('INVALID_FINGERPRINT');
    const view = await askIntake(() => reads.run(() => intake.show(fingerprint)), 'Try again in a moment.');
    if (!view) throw new ApiError('SIGNAL_NOT_FOUND');
    return presentSignal(view);
  });

  server.get('/api/signals', { handlerTimeout: timeoutMs }, async (request) => {
    const minutes = readMinutes(request.query);
    const summaries = await askIntake(() => reads.run(() => intake.list(minutes)), 'Try again in a moment.');
    return { signals: summaries.map(presentSummary) };
  });
}
