import type { FastifyInstance } from 'fastify';
import { parseCancellation } from '../intake/parse-cancellation';
import { askIntake, readFingerprint } from './ask-intake';
import type { InFlightLimit } from './bounded';
import { ApiError } from './errors';
import { auditedCancel, presentCancel } from './present-signal';
import { auditEntry, failureCode, readAudited, refuseAudited } from './signal-audit';
import type { SignalRoutesOptions } from './signal-routes';

const CANCEL_AGAIN = 'The signal may have been cancelled or not: repeat the request; cancelling twice changes nothing.';

/**
 * `POST /api/signals/:fingerprint/cancel`. It only makes trading safer, so that a line of the audit that cannot be written
 * does not hold it up.
 */
export function addCancelRoute(
  server: FastifyInstance,
  submissions: InFlightLimit,
  { intake, audit, timeoutMs }: SignalRoutesOptions,
): void {
  server.post('/api/signals/:fingerprint/cancel', { handlerTimeout: timeoutMs }, async (request) => {
    const fingerprint = readAudited(request, audit, 'signal.cancel', readFingerprint);
    const parsed = parseCancellation(request.body);
    if (!parsed.ok) {
      const refusal = new ApiError('INVALID_CANCELLATION', parsed.message);
      return refuseAudited(request, audit, { what: 'signal.cancel', target: fingerprint }, refusal);
    }
    const { reason } = parsed;
    const act = auditEntry(request, { what: 'signal.cancel', target: fingerprint, why: reason, result: 'done' });
    const cancel = () => submissions.run(() => intake.cancel(fingerprint, reason, { who: act.who }));
    const answer = await askIntake(cancel, CANCEL_AGAIN).catch((error: unknown) => {
      audit.attempt({ ...act, result: 'failed', detail: failureCode(error) });
      throw error;
    });
    audit.attempt({ ...act, ...auditedCancel(answer) });
    request.log.info({ fingerprint, reason, answer }, 'a signal is cancelled');
    if (!answer) throw new ApiError('SIGNAL_NOT_FOUND');
    if (answer.effect === 'refused') throw new ApiError('CANCELLATION_REFUSED', answer.message);
    return presentCancel(fingerprint, answer);
  });
}
