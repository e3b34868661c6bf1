import type { FastifyRequest } from 'fastify';
import type { AuditEntry } from '../access/audit';
import type { IntakeResult } from '../intake/types';
import type { ApiAudit } from './api-audit';
import { ApiError } from './errors';
import { callerOf } from './token-guard';

/** Who asked for what; the guard has let in nobody whom it does not know. */
export function auditEntry(
  request: FastifyRequest,
  entry: Omit<AuditEntry, 'who' | 'from' | 'why'> & { readonly why?: string },
): AuditEntry {
  const { who, from } = callerOf(request) ?? { who: 'not known', from: request.ip };
  return { who, from, why: '', ...entry };
}

/** What the audit says of a signal that was sent. */
export function auditedSignal(result: IntakeResult): Pick<AuditEntry, 'target' | 'result' | 'detail'> {
  switch (result.status) {
    case 'accepted':
      return { target: result.fingerprint, result: 'done', detail: result.repeated ? 'repeated' : undefined };
    case 'duplicate':
      return { target: result.fingerprint, result: 'refused', detail: 'conflicting' };
    case 'refused':
      return { target: '', result: 'refused', detail: result.code };
  }
}

/**
 * What frees funds, goes on with trading or keeps people from hearing of something is not done without a line of whose word it was.
 *
 * @throws ApiError AUDIT_UNAVAILABLE
 */
export function requireAudit(request: FastifyRequest, audit: ApiAudit, entry: AuditEntry): void {
  try {
    audit.require(entry);
  } catch (error) {
    request.log.error({ error, fingerprint: entry.target }, 'what cannot be audited was not done');
    throw new ApiError('AUDIT_UNAVAILABLE');
  }
}

/** What a change is about, by its address; one that names nothing leaves a line, too. @throws ApiError what `read` throws */
export function readAudited(
  request: FastifyRequest,
  audit: ApiAudit,
  what: AuditEntry['what'],
  read: (request: FastifyRequest) => string,
): string {
  try {
    return read(request);
  } catch (error) {
    if (error instanceof ApiError) refuseAudited(request, audit, { what, target: '' }, error);
    throw error;
  }
}

/** Refuses what makes no sense, and leaves a line of it. @throws ApiError the given one */
export function refuseAudited(
  request: FastifyRequest,
  audit: ApiAudit,
  act: Pick<AuditEntry, 'what' | 'target'>,
  refusal: ApiError,
): never {
  audit.attempt(auditEntry(request, { ...act, result: 'refused', detail: refusal.code }));
  throw refusal;
}

/** What the audit says of a failure: our code of it, for its text may hold anything. */
export function failureCode(error: unknown): string {
  return error instanceof ApiError ? error.code : 'INTERNAL_ERROR';
}
