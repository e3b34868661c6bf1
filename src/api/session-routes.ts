import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TokenGate } from '../access/token-gate';
import { isRecord } from '../domain/plain-values';
import type { ApiAudit } from './api-audit';
import { ApiError } from './errors';
import { SESSION_PATH } from './open-routes';
import { endedSessionCookie, sessionCookie, sessionOf, type Called } from './session-cookie';
import { callerOf, fromOf, type TokenGuard } from './token-guard';

export interface SessionRoutesOptions {
  readonly gate: Pick<TokenGate, 'openSession' | 'closeSession'>;
  readonly guard: TokenGuard;
  readonly audit: ApiAudit;
  readonly port: number;
}

/**
 * `POST /api/session` with a token signs a browser in, by a cookie that is none; `DELETE /api/session` signs it out. Both answer 204.
 * A token that is not good is refused, counted and audited as one in a header.
 */
export function addSessionRoutes(server: FastifyInstance, options: SessionRoutesOptions): void {
  const { gate, audit, port } = options;
  server.post(SESSION_PATH, (request, reply) => openSession(request, reply, options));
  server.delete(SESSION_PATH, async (request, reply) => {
    const session = sessionOf(request.headers.cookie, port);
    if (session !== undefined) gate.closeSession(session);
    const caller = callerOf(request);
    if (session !== undefined && caller) {
      const { who, from } = caller;
      audit.attempt({ who, from, what: 'session.close', target: '', why: '', result: 'done' });
    }
    return reply
      .header('set-cookie', endedSessionCookie(port, calledBy(request)))
      .code(204)
      .send();
  });
}

async function openSession(
  request: FastifyRequest,
  reply: FastifyReply,
  { gate, guard, audit, port }: SessionRoutesOptions,
): Promise<FastifyReply> {
  const token = readToken(request.body);
  const { admission, secret } = gate.openSession(token);
  if (admission.kind !== 'holder' || secret === undefined) return guard.refuseToken(request, reply, admission);
  // Whoever signs in again leaves no session behind.
  const former = sessionOf(request.headers.cookie, port);
  if (former !== undefined) gate.closeSession(former);
  const { id, name } = admission.holder;
  const actor = { who: `token ${id} (${name})`, from: fromOf(request) };
  audit.attempt({ ...actor, what: 'session.open', target: id, why: '', result: 'done' });
  return reply
    .header('set-cookie', sessionCookie(secret, port, calledBy(request)))
    .code(204)
    .send();
}

function readToken(body: unknown): string {
  const fields = isRecord(body) ? body : {};
  if (typeof fields['token'] !== 'string' || Object.keys(fields).length !== 1) throw new ApiError('INVALID_SESSION');
  return fields['token'];
}

function calledBy({ hostname, headers: { origin } }: FastifyRequest): Called {
  return { hostname, origin };
}
