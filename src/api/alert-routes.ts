import type { FastifyInstance, FastifyRequest } from 'fastify';
import { silencedRuleOf, silenceSpanOf } from '../domain/alerts/silence-words';
import { isRecord } from '../domain/plain-values';
import { planSilence, planUnsilence, SilenceError, type SilencePlan } from '../observability/alerts/silencing';
import type { ApiAudit } from './api-audit';
import { ApiError, type ApiErrorCode } from './errors';
import { auditEntry, failureCode, requireAudit } from './signal-audit';

export interface AlertRoutesOptions {
  readonly dataDir: string;
  readonly audit: ApiAudit;
  /** Milliseconds UTC. */
  readonly wallClock?: () => number;
}

type SilenceAct = 'alerts.silence' | 'alerts.unsilence';

/** `POST /api/alerts/silence` and `…/unsilence`: what `oncefill alerts` does, in the same words. */
export function addAlertRoutes(
  server: FastifyInstance,
  { dataDir, audit, wallClock = Date.now }: AlertRoutesOptions,
): void {
  server.post('/api/alerts/silence', async (request) => {
    const { who } = auditEntry(request, { what: 'alerts.silence', target: '', result: 'done' });
    return carryOut(request, audit, 'alerts.silence', () =>
      planSilence(dataDir, { ...readSilence(request.body), who }, wallClock()),
    );
  });
  server.post('/api/alerts/unsilence', async (request) =>
    carryOut(request, audit, 'alerts.unsilence', () =>
      planUnsilence(dataDir, readTarget(request.body, ['rule', 'subject']), wallClock()),
    ),
  );
}

/** What nobody is told of any more has to be known by somebody: without a line in the audit nothing is done. */
function carryOut(request: FastifyRequest, audit: ApiAudit, what: SilenceAct, plan: () => SilencePlan): object {
  const refused = auditEntry(request, { what, target: '', result: 'refused' });
  let planned: SilencePlan;
  try {
    planned = plan();
  } catch (error) {
    const failure = failureOf(error);
    audit.attempt({ ...refused, detail: failureCode(failure) });
    throw failure;
  }
  const { target, reason, detail, leave, done, hint } = planned;
  const act = { ...refused, target, why: reason };
  requireAudit(request, audit, { ...act, result: 'asked' });
  try {
    leave();
  } catch (error) {
    audit.attempt({ ...act, result: 'failed' });
    throw error;
  }
  audit.attempt({ ...act, result: 'done', detail });
  return { status: 'done', message: done, hint };
}

const CODES: Readonly<Record<SilenceError['code'], ApiErrorCode>> = {
  INVALID: 'INVALID_SILENCE',
  TOO_MANY: 'SILENCE_REFUSED',
  NOT_FOUND: 'SILENCE_NOT_FOUND',
};

function failureOf(error: unknown): unknown {
  return error instanceof SilenceError ? new ApiError(CODES[error.code], error.message) : error;
}

/** @throws ApiError INVALID_SILENCE */
function readTarget(body: unknown, fields: readonly string[]) {
  if (!isRecord(body) || Object.keys(body).some((name) => !fields.includes(name)))
    throw new ApiError('INVALID_SILENCE');
  const rule = silencedRuleOf(body['rule']);
  const { subject } = body;
  if (rule === undefined || !(subject === undefined || typeof subject === 'string')) {
    throw new ApiError('INVALID_SILENCE');
  }
  return { rule, subject };
}

/** @throws ApiError INVALID_SILENCE */
function readSilence(body: unknown) {
  const target = readTarget(body, ['rule', 'subject', 'for', 'reason']);
  const { for: span, reason } = body as Readonly<Record<string, unknown>>;
  const spanMs = typeof span === 'string' ? silenceSpanOf(span) : undefined;
  if (spanMs === undefined || typeof reason !== 'string') throw new ApiError('INVALID_SILENCE');
  return { ...target, spanMs, reason };
}
