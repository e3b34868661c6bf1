import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AuditEntry } from '../access/audit';
import type { DoorTrace } from '../intake/door-trace';
import type { IntakeResult, RefusedSignal, SignalIntake } from '../intake/types';
import { fingerprintOf } from '../intake/fingerprint';
import { parseSettlement } from '../intake/parse-settlement';
import { parseSignal } from '../intake/parse-signal';
import type { ApiAudit } from './api-audit';
import { askIntake, readFingerprint } from './ask-intake';
import { InFlightLimit, withDeadline } from './bounded';
import { addCancelRoute } from './cancel-route';
import { ApiError } from './errors';
import { presentIntake, presentSignal, presentSummary } from './present-signal';
import { noteRepetition, type Repetition } from './repetition';
import { auditEntry, auditedSignal, failureCode, readAudited, refuseAudited, requireAudit } from './signal-audit';

/** Signals that are being handed to the server at once; more are told to come back. */
export const SUBMISSIONS_IN_FLIGHT_MAX = 256;
/** Look-ups and lists at once. Apart from submissions, so that a busy dashboard holds up no signal. */
const READS_IN_FLIGHT_MAX = 32;

const MINUTES_DEFAULT = 5;
const MINUTES_MAX = 10_080;

const ASK_AGAIN = 'Try again in a moment.';
const SETTLE_AGAIN = 'The signal may have been settled or not: look at it first, and then repeat the request.';

// Not "nothing was accepted": a call that ran into its deadline may have started the signal.
function sendAgain(timestamp: string): string {
  return `Whether the signal was accepted is not known. Send it again with the timestamp ${timestamp}: it becomes at most one order.`;
}

function toReply(result: IntakeResult, reply: FastifyReply, repetition: Repetition): object {
  switch (result.status) {
    case 'accepted':
      void reply.code(result.repeated ? 200 : 202);
      return presentIntake(result);
    case 'duplicate':
      void reply.code(409);
      return presentIntake(result);
    case 'refused':
      void reply.code(statusOf(result.code));
      if (result.retryAfterMs === undefined) return { code: result.code, message: result.message };
      void reply.header('retry-after', Math.max(1, Math.ceil(result.retryAfterMs / 1_000)));
      return { code: result.code, message: result.message, ...repetition };
  }
}

/** 422: the signal is wrong; the others: the same one may be taken later. */
function statusOf(code: RefusedSignal['code']): number {
  switch (code) {
    case 'STRATEGY_BUDGET':
    case 'SIGNAL_BUDGET':
      return 429;
    case 'TOO_MANY_SIGNALS':
      return 503;
    case 'DISK_LOW':
      return 507;
    default:
      return 422;
  }
}

/** What the log says of a signal that came in; whoever looks for skipped duplicates finds the word. */
function logged(result: IntakeResult): object {
  const isRepeated = result.status === 'accepted' && result.repeated;
  return isRepeated ? { ...result, duplicate: true } : presentIntake(result);
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

export interface SignalRoutesOptions {
  readonly intake: SignalIntake;
  /** Keeps what cannot be read as a signal; absent: nothing does. */
  readonly door?: Pick<DoorTrace, 'note'>;
  readonly audit: ApiAudit;
  /** After it the sender of a signal is told that the answer is not known, milliseconds. */
  readonly timeoutMs: number;
}

/**
 * `POST /api/signals`, `GET /api/signals/:fingerprint`, `POST /api/signals/:fingerprint/settle` and `…/cancel`, and
 * `GET /api/signals?minutes=5`, which is a second or two late.
 */
export function addSignalRoutes(server: FastifyInstance, options: SignalRoutesOptions): void {
  const { intake, timeoutMs } = options;
  const submissions = new InFlightLimit(SUBMISSIONS_IN_FLIGHT_MAX);
  const reads = new InFlightLimit(READS_IN_FLIGHT_MAX);
  addSubmitRoute(server, submissions, options);
  addSettleRoute(server, submissions, options);
  addCancelRoute(server, submissions, options);

  server.get('/api/signals/:fingerprint', { handlerTimeout: timeoutMs }, async (request) => {
    const fingerprint = readFingerprint(request);
    const view = await askIntake(() => reads.run(() => intake.show(fingerprint)), ASK_AGAIN);
    if (!view) throw new ApiError('SIGNAL_NOT_FOUND');
    return presentSignal(view);
  });

  server.get('/api/signals', { handlerTimeout: timeoutMs }, async (request) => {
    const minutes = readMinutes(request.query);
    const summaries = await askIntake(() => reads.run(() => intake.list(minutes)), ASK_AGAIN);
    return { signals: summaries.map(presentSummary) };
  });
}

function addSubmitRoute(
  server: FastifyInstance,
  submissions: InFlightLimit,
  { intake, door, audit, timeoutMs }: SignalRoutesOptions,
): void {
  // Its deadline is its own: what Fastify makes for a route's deadline costs more than the rest of Fastify.
  server.post('/api/signals', async (request, reply) => {
    const note = (entry: Pick<AuditEntry, 'target' | 'result' | 'detail'>): void =>
      audit.attempt(auditEntry(request, { what: 'signal.send', ...entry }));
    const parsed = parseSignal(request.body, { nowMs: Date.now() });
    if (!parsed.ok) {
      note({ target: '', result: 'refused', detail: parsed.code });
      door?.note({
        ...namesOf(request.body),
        kind: 'refused',
        source: 'http',
        code: parsed.code,
        message: parsed.message,
      });
      return reply.code(422).send({ code: parsed.code, message: parsed.message });
    }
    const { signal } = parsed;
    const timestamp = new Date(signal.timestampMs).toISOString();
    const fingerprint = fingerprintOf(signal);
    const repetition = { fingerprint, timestamp };
    noteRepetition(request, repetition);
    const submit = (): Promise<IntakeResult> => submissions.run(() => intake.submit(signal));
    const taken = askIntake(submit, sendAgain(timestamp));
    const noteTaken = (result: IntakeResult): void => {
      request.log.info({ symbol: signal.symbol, fingerprint, ...logged(result) }, 'signal received');
      note(auditedSignal(result));
    };
    const noteFailure = (error: unknown): void =>
      note({ target: fingerprint, result: 'failed', detail: failureCode(error) });
    try {
      const result = await withDeadline(taken, timeoutMs);
      return reply.send(toReply(result, reply, repetition));
    } finally {
      // Behind the answer: the sender does not wait for what is noted of it, and what comes too late for one is noted too.
      void taken.then(noteTaken, noteFailure);
    }
  });
}

/** What a body that is no signal says of itself, as far as that is text. */
function namesOf(body: unknown): { readonly symbol?: string; readonly direction?: string; readonly strategy?: string } {
  if (typeof body !== 'object' || body === null) return {};
  const names = ['symbol', 'direction', 'strategy'] as const;
  const fields = body as Readonly<Record<string, unknown>>;
  return Object.fromEntries(names.flatMap((name) => (typeof fields[name] === 'string' ? [[name, fields[name]]] : [])));
}

function addSettleRoute(
  server: FastifyInstance,
  submissions: InFlightLimit,
  { intake, audit, timeoutMs }: SignalRoutesOptions,
): void {
  server.post('/api/signals/:fingerprint/settle', { handlerTimeout: timeoutMs }, async (request) => {
    const fingerprint = readAudited(request, audit, 'signal.settle', readFingerprint);
    const parsed = parseSettlement(request.body);
    if (!parsed.ok) {
      const refusal = new ApiError('INVALID_SETTLEMENT', parsed.message);
      return refuseAudited(request, audit, { what: 'signal.settle', target: fingerprint }, refusal);
    }
    const { command } = parsed;
    const asked = auditEntry(request, {
      what: 'signal.settle',
      target: fingerprint,
      why: command.reason,
      result: 'asked',
      detail: `filled ${command.filledQuantity}`,
    });
    requireAudit(request, audit, asked);
    const settle = () => submissions.run(() => intake.settle(fingerprint, command));
    const reply = await askIntake(settle, SETTLE_AGAIN).catch((error: unknown) => {
      audit.attempt({ ...asked, result: 'failed', detail: failureCode(error) });
      throw error;
    });
    const from = { address: request.ip, program: request.headers['user-agent'] };
    request.log.warn({ fingerprint, command, from, reply }, 'a signal is settled by hand');
    audit.attempt({ ...asked, result: reply?.accepted ? 'done' : 'refused', detail: reply?.message ?? 'not known' });
    if (!reply) throw new ApiError('SIGNAL_NOT_FOUND');
    if (!reply.accepted) throw new ApiError('SETTLEMENT_REFUSED', reply.message);
    return { fingerprint, status: 'settled', message: reply.message };
  });
}
