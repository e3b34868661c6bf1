import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AuditedAct } from '../access/audit';
import type { WishedSettings } from '../domain/model-gate/changes';
import { isRecord } from '../domain/plain-values';
import { readStateReason } from '../domain/state-reason';
import type { MlPause, MlSettingsView } from '../messages/ml-manager';
import { EnvironmentMismatchError } from '../temporal/environment-stamp';
import { PredictionsError, type PredictionsControl } from '../intake/predictions-control';
import type { ApiAudit } from './api-audit';
import { askIntake } from './ask-intake';
import { InFlightLimit } from './bounded';
import { ApiError, type ApiErrorCode } from './errors';
import { auditEntry, failureCode, refuseAudited, requireAudit } from './signal-audit';

const CALLS_IN_FLIGHT_MAX = 8;
const AGAIN = 'Look at the predictions, then repeat the request: repeating it is safe.';

/** What people do to the predictions; a model is loaded at the command line alone, where its file is. */
export type Predictions = Pick<PredictionsControl, 'pause' | 'resume' | 'settings' | 'change'>;

export interface MlRoutesOptions {
  readonly venue: string;
  readonly predictions: Predictions;
  readonly audit: ApiAudit;
  /** Milliseconds. */
  readonly timeoutMs: number;
}

/**
 * `POST /api/ml/pause` and `/api/ml/resume` with a reason, `GET` and `POST /api/ml/settings`: what "oncefill ml" does under these
 * names. An empty map of settings changes back what was changed by hand.
 */
export function addMlRoutes(server: FastifyInstance, { venue, predictions, audit, timeoutMs }: MlRoutesOptions): void {
  const calls = new InFlightLimit(CALLS_IN_FLIGHT_MAX);
  const ask = <Result>(work: () => Promise<Result>) =>
    askIntake(() => calls.run(work), AGAIN).catch((error: unknown) => {
      throw failureOf(error);
    });
  server.get('/api/ml/settings', { handlerTimeout: timeoutMs }, async () =>
    presentSettings(await ask(() => predictions.settings())),
  );
  server.post('/api/ml/settings', { handlerTimeout: timeoutMs }, async (request) => {
    const what = 'ml.config';
    const { body } = request;
    if (!isRecord(body))
      return refuseAudited(request, audit, { what, target: venue }, new ApiError('INVALID_ML_COMMAND'));
    return audited(request, audit, { what, target: JSON.stringify(body), why: '' }, async (by) =>
      presentSettings(await ask(() => predictions.change({ settings: body as WishedSettings, by }))),
    );
  });
  server.post('/api/ml/resume', { handlerTimeout: timeoutMs }, async (request) => {
    const reason = readReason(request, audit, 'ml.resume', venue);
    return audited(request, audit, { what: 'ml.resume', target: venue, why: reason }, async (by) => {
      await ask(() => predictions.resume({ by, reason }));
      return { running: true };
    });
  });
  server.post('/api/ml/pause', { handlerTimeout: timeoutMs }, async (request) => {
    const why = readReason(request, audit, 'ml.pause', venue);
    const line = auditEntry(request, { what: 'ml.pause', target: venue, why, result: 'done' });
    // Stopping is never held up by a line of the audit that cannot be written.
    const pause = await ask(() => predictions.pause({ by: line.who, reason: why })).catch((error: unknown) => {
      audit.attempt({ ...line, result: 'failed', detail: failureCode(error) });
      throw error;
    });
    audit.attempt(line);
    return { running: false, pause: presentPause(pause) };
  });
}

async function audited<Value>(
  request: FastifyRequest,
  audit: ApiAudit,
  act: { readonly what: AuditedAct; readonly target: string; readonly why: string },
  work: (by: string) => Promise<Value>,
): Promise<Value> {
  const line = auditEntry(request, { ...act, result: 'done' });
  requireAudit(request, audit, { ...line, result: 'asked' });
  try {
    const value = await work(line.who);
    audit.attempt(line);
    return value;
  } catch (error) {
    audit.attempt({ ...line, result: 'failed', detail: failureCode(error) });
    throw error;
  }
}

/** @throws ApiError INVALID_ML_COMMAND */
function readReason(request: FastifyRequest, audit: ApiAudit, what: 'ml.pause' | 'ml.resume', target: string): string {
  const { body } = request;
  const refuse = (message?: string): never =>
    refuseAudited(request, audit, { what, target }, new ApiError('INVALID_ML_COMMAND', message));
  if (!isRecord(body) || typeof body['reason'] !== 'string' || Object.keys(body).length > 1) return refuse();
  const { kept, fault = '' } = readStateReason(body['reason'], what === 'ml.pause' ? 'halted' : 'active');
  return kept === undefined ? refuse(`The reason ${fault}.`) : kept;
}

const CODES: Readonly<Record<PredictionsError['code'], ApiErrorCode>> = {
  NOT_RUNNING: 'PREDICTIONS_NOT_FOUND',
  UNANSWERED: 'SERVER_UNAVAILABLE',
  REFUSED: 'PREDICTIONS_REFUSED',
};

function failureOf(error: unknown): unknown {
  if (error instanceof EnvironmentMismatchError) return new ApiError('PREDICTIONS_REFUSED', error.message);
  return error instanceof PredictionsError ? new ApiError(CODES[error.code], error.message) : error;
}

function presentPause({ by, reason, sinceMs }: MlPause): object {
  return { by, reason, since: sinceMs === undefined ? undefined : new Date(sinceMs).toISOString() };
}

function presentSettings({ environment, configured, inForce, changes }: MlSettingsView): object {
  const shown = changes.map(({ atMs, ...change }) => ({ ...change, at: new Date(atMs).toISOString() }));
  return { environment, in_force: inForce, configured, changes: shown };
}
