import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AttemptLimit } from '../access/attempt-limit';
import type { Actor, AuditEntry } from '../access/audit';
import type { Admission, TokenGate, TokenHolder } from '../access/token-gate';
import { includesScope, type TokenScope } from '../access/tokens';
import { isForwarded } from '../net/forwarded';
import type { ApiAudit } from './api-audit';
import { ApiError } from './errors';
import { isOpenPath, SESSION_PATH } from './open-routes';
import { sessionOf } from './session-cookie';

const REALM = 'Bearer realm="oncefill"';

/** Who sent a request, and what that one may do. */
export interface Caller extends Actor {
  readonly mayTrade: boolean;
}

const callers = new WeakMap<FastifyRequest, Caller>();

/** Who sent a request that was let in. @returns undefined for one without the token that is needed */
export function callerOf(request: FastifyRequest): Caller | undefined {
  return callers.get(request);
}

function isReading({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** By the method, so that a new route is guarded before anybody thinks of it. Whoever may look may sign out, too. */
function neededScope(request: FastifyRequest): TokenScope {
  return isReading(request) || request.routeOptions.url === SESSION_PATH ? 'read' : 'trade';
}

export function fromOf(request: FastifyRequest): string {
  const program = request.headers['user-agent'];
  return program === undefined ? request.ip : `${request.ip}, ${program}`;
}

/** The connection ends: a body that comes after a refusal is not read. */
function refuse(reply: FastifyReply, code: ConstructorParameters<typeof ApiError>[0], challenge?: string): never {
  void reply.header('connection', 'close');
  if (challenge !== undefined) void reply.header('www-authenticate', challenge);
  throw new ApiError(code);
}

/** The code that refuses, and what the audit says of it. */
interface Refusal {
  readonly code: 'UNAUTHENTICATED' | 'FORWARDED_WITHOUT_TOKEN';
  readonly detail: string;
  /** Of a token that was good once. */
  readonly tokenId?: string;
  readonly challenge: string;
}

const ANYONE = { who: 'someone over HTTP from this machine', mayTrade: true };
const FORWARDED: Refusal = { code: 'FORWARDED_WITHOUT_TOKEN', detail: 'forwarded', challenge: REALM };

function refusalOf(admission: Admission & { readonly kind: 'refused' }): Refusal {
  const { reason, tokenId } = admission;
  return { code: 'UNAUTHENTICATED', detail: reason, tokenId, challenge: challengeFor(admission) };
}

function challengeFor({ reason }: Admission & { readonly kind: 'refused' }): string {
  return reason === 'missing' ? REALM : `${REALM}, error="invalid_token"`;
}

/** Asks the gate about every request. */
export class TokenGuard {
  private readonly limit = new AttemptLimit(performance.now());
  /** By the token: one that leaked is heard of also from an address that guesses. */
  private readonly tokenLimit = new AttemptLimit(performance.now());
  private toldClosed = '';

  constructor(
    private readonly gate: Pick<TokenGate, 'admit'>,
    private readonly audit: ApiAudit,
    private readonly port: number,
  ) {}

  /** Whether what a request was let in with is still good: a token may be revoked while an answer goes on. */
  isStillGood(request: FastifyRequest): boolean {
    const admission = this.admissionOf(request);
    if (admission.kind === 'anyone') return !isForwarded(request.headers);
    return admission.kind === 'holder' && includesScope(admission.holder.scope, neededScope(request));
  }

  private admissionOf({ headers }: FastifyRequest): Admission {
    return this.gate.admit(headers.authorization, sessionOf(headers.cookie, this.port));
  }

  check(request: FastifyRequest, reply: FastifyReply): void {
    const isOpen = isOpenPath(request.routeOptions.url);
    const admission = this.admissionOf(request);
    switch (admission.kind) {
      case 'anyone':
        // Behind a proxy every stranger comes from this machine.
        if (!isForwarded(request.headers)) callers.set(request, { ...ANYONE, from: fromOf(request) });
        else if (!isOpen) this.refuseAttempt(request, reply, FORWARDED);
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
        if (!isOpen || admission.reason !== 'missing') this.refuseAttempt(request, reply, refusalOf(admission));
    }
  }

  /** Refuses a browser that asks for a session with a token that is not good, as it would the token itself. */
  refuseToken(request: FastifyRequest, reply: FastifyReply, admission: Admission): never {
    if (admission.kind === 'refused') this.refuseAttempt(request, reply, refusalOf(admission));
    if (admission.kind === 'closed') this.tellClosed(request, admission.message);
    refuse(reply, 'TOKENS_UNUSABLE');
  }

  private admitHolder(request: FastifyRequest, reply: FastifyReply, { id, name, scope }: TokenHolder): void {
    const needed = neededScope(request);
    const caller = { who: `token ${id} (${name})`, from: fromOf(request), mayTrade: includesScope(scope, 'trade') };
    // A cookie comes with whatever a browser sends: that its own page asks for a change must be said, and not only not denied.
    const isByCookie = request.headers.authorization === undefined;
    if (isByCookie && !isReading(request) && request.headers.origin === undefined) {
      if (this.isTold(request, id) !== 'no') this.note(request, { who: caller.who, target: id, detail: 'origin' });
      refuse(reply, 'ORIGIN_REFUSED');
    }
    if (!includesScope(scope, needed)) {
      if (this.isTold(request, id) !== 'no') {
        this.note(request, { who: caller.who, target: id, detail: 'scope' });
      }
      refuse(reply, 'SCOPE_MISSING', `${REALM}, error="insufficient_scope", scope="${needed}"`);
    }
    callers.set(request, caller);
  }

  private refuseAttempt(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): never {
    const { code, detail, tokenId = '', challenge } = refusal;
    const told = this.isTold(request, tokenId);
    // Who shows nothing guesses nothing: a browser behind the address of one that guesses still hears that it has to sign in.
    if (told === 'no' && detail === 'missing') refuse(reply, code, challenge);
    if (told === 'no') refuse(reply, 'TOO_MANY_ATTEMPTS');
    request.log.warn({ address: request.ip, reason: detail, tokenId }, 'a request without a valid token was refused');
    this.note(request, { who: 'no valid token', target: tokenId, detail });
    if (told === 'of its token') refuse(reply, 'TOO_MANY_ATTEMPTS');
    refuse(reply, code, challenge);
  }

  private note(request: FastifyRequest, about: Pick<AuditEntry, 'who' | 'target' | 'detail'>): void {
    this.audit.attempt({ ...about, from: fromOf(request), what: 'token.refused', why: '', result: 'refused' });
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
 * Lets in who shows a good token or session (docs/access.md), or anybody where none is asked for. Comes before the body is read and
 * before the route; call it after the guard against browsers, so that a web page makes no line here.
 */
export function guardByTokens(server: FastifyInstance, guard: TokenGuard): void {
  server.addHook('onRequest', (request, reply, done) => {
    guard.check(request, reply);
    done();
  });
}
