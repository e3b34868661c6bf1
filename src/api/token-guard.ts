import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AttemptLimit } from '../access/attempt-limit';
import type { Actor } from '../access/audit';
import type { Admission, TokenGate } from '../access/token-gate';
import { includesScope, type TokenScope } from '../access/tokens';
import type { ApiAudit } from './api-audit';
import { ApiError } from './errors';

/** The one route that answers without a token: load balancers have none. */
const OPEN_ROUTE = '/health';
const REALM = 'Bearer realm="oncefill"';

const callers = new WeakMap<FastifyRequest, Actor>();

/** Who sent a request that was let in. @returns undefined for one without the token that is needed */
export function callerOf(request: FastifyRequest): Actor | undefined {
  return callers.get(request);
}

/** By the method, so that a new route is guarded before anybody thinks of it. */
function neededScope({ method }: FastifyRequest): TokenScope {
  return method === 'GET' || method === 'HEAD' ? 'read' : 'trade';
}

function fromOf(request: FastifyRequest): string {
  const program = request.headers['user-agent'];
  return program === undefined ? request.ip : `${request.ip}, ${program}`;
}

/** The connection ends: a body that comes after a refusal is not read. */
function refuse(reply: FastifyReply, code: ConstructorParameters<typeof ApiError>[0], challenge?: string): never {
  void reply.header('connection', 'close');
  if (challenge !== undefined) void reply.header('www-authenticate', challenge);
  throw new ApiError(code);
}

function challengeFor({ reason }: Admission & { readonly kind: 'refused' }): string {
  return reason === 'missing' ? REALM : `${REALM}, error="invalid_token"`;
}

class TokenGuard {
  private readonly limit = new AttemptLimit(performance.now());
  /** By the token: one that leaked is heard of also from an address that guesses. */
  private readonly tokenLimit = new AttemptLimit(performance.now());
  private toldClosed = '';

  constructor(
    private readonly gate: Pick<TokenGate, 'admit'>,
    private readonly audit: ApiAudit,
  ) {}

  check(request: FastifyRequest, reply: FastifyReply): void {
    const isOpen = request.routeOptions.url === OPEN_ROUTE;
    const admission = this.gate.admit(request.headers.authorization);
    switch (admission.kind) {
      case 'anyone':
        callers.set(request, { who: 'someone over HTTP from this machine', from: fromOf(request) });
        return;
      case 'holder':
        this.admitHolder(request, reply, admission.holder);
        return;
      case 'closed':
        this.tellClosed(request, admission.message);
        if (!isOpen) refuse(reply, 'TOKENS_UNUSABLE');
        return;
      case 'refused':
        // One that is shown has to be good, wherever it is shown.
        if (!isOpen || admission.reason !== 'missing') this.refuseAttempt(request, reply, admission);
    }
  }

  private admitHolder(
    request: FastifyRequest,
    reply: FastifyReply,
    { id, name, scope }: (Admission & { readonly kind: 'holder' })['holder'],
  ): void {
    const needed = neededScope(request);
    const caller = { who: `token ${id} (${name})`, from: fromOf(request) };
    if (!includesScope(scope, needed)) {
      if (this.isTold(request, id) !== 'no') {
        this.audit.attempt({
          ...caller,
          what: 'token.refused',
          target: id,
          why: '',
          result: 'refused',
          detail: 'scope',
        });
      }
      refuse(reply, 'SCOPE_MISSING', `${REALM}, error="insufficient_scope", scope="${needed}"`);
    }
    callers.set(request, caller);
  }

  private refuseAttempt(
    request: FastifyRequest,
    reply: FastifyReply,
    admission: Admission & { readonly kind: 'refused' },
  ): never {
    const { reason, tokenId = '' } = admission;
    const told = this.isTold(request, tokenId);
    if (told === 'no') refuse(reply, 'TOO_MANY_ATTEMPTS');
    request.log.warn({ address: request.ip, reason, tokenId }, 'a request without a valid token was refused');
    const actor = { who: 'no valid token', from: fromOf(request) };
    this.audit.attempt({
      ...actor,
      what: 'token.refused',
      target: tokenId,
      why: '',
      result: 'refused',
      detail: reason,
    });
    if (told === 'of its token') refuse(reply, 'TOO_MANY_ATTEMPTS');
    refuse(reply, 'UNAUTHENTICATED', challengeFor(admission));
  }

  /** @param tokenId empty: of no token that was ever good */
  private isTold({ ip }: FastifyRequest, tokenId: string): 'yes' | 'of its token' | 'no' {
    if (this.limit.refuse(ip, performance.now())) return 'yes';
    return tokenId !== '' && this.tokenLimit.refuse(tokenId, performance.now()) ? 'of its token' : 'no';
  }

  private tellClosed(request: FastifyRequest, message: string): void {
    if (message !== this.toldClosed) request.log.error(message);
    this.toldClosed = message;
  }
}

/**
 * Lets in who shows a good token (docs/access.md), or anybody where none is asked for. Comes before the body is read and
 * before the route; call it after the guard against browsers, so that a web page makes no line here.
 */
export function guardByTokens(server: FastifyInstance, gate: Pick<TokenGate, 'admit'>, audit: ApiAudit): void {
  const guard = new TokenGuard(gate, audit);
  server.addHook('onRequest', (request, reply, done) => {
    guard.check(request, reply);
    done();
  });
}
