import type { TrafficAudit } from '../audit';
import type { PlacementOptions } from '../matching/matching-engine';
import { RET_CODES, VenueRefusal } from '../ret-codes';
import { ACCOUNT_ROUTES } from './account-routes';
import { type ApiCredentials, authenticate } from './authentication';
import { MARKET_ROUTES } from './market-routes';
import { refusalReply, resultReply, type HttpReply, type HttpRequest } from './messages';
import { PROFILE_ROUTES } from './profile-routes';
import { ORDER_CHANGE_ROUTES } from './order-change-routes';
import { ORDER_ROUTES } from './order-routes';
import { PAST_ROUTES } from './past-routes';
import { PUBLIC_ROUTES } from './public-routes';
import type { LimitScope, RequestLimits } from './request-limits';
import { type Parameters, refuseUnsupported, type Route, text, type VenueCore } from './route';

/** A request that passed limits and signature, and may be carried out. */
export interface AdmittedRequest {
  readonly route: Route;
  readonly parameters: Parameters;
  /** Until when the venue may act on it, milliseconds on the venue's clock; absent for public requests. */
  readonly validUntilMs?: number;
}

export type Admission =
  { readonly admitted: AdmittedRequest } | { readonly admitted?: undefined; readonly reply: HttpReply };

/**
 * Bybit's REST protocol without the network: what a request is answered with. Admission and execution are two steps,
 * because a fault may come between them.
 */
export class VenueService {
  readonly #routes: ReadonlyMap<string, Route>;
  /** Of a ban that a fault imposes, on the machine's clock. */
  #bannedUntilMs = 0;

  constructor(
    readonly core: VenueCore,
    private readonly limits: RequestLimits,
    private readonly credentials: ApiCredentials,
    readonly audit: TrafficAudit,
  ) {
    const routes = [
      ...MARKET_ROUTES,
      ...PUBLIC_ROUTES,
      ...ORDER_ROUTES,
      ...ORDER_CHANGE_ROUTES,
      ...ACCOUNT_ROUTES,
      ...PAST_ROUTES,
      ...PROFILE_ROUTES,
    ];
    this.#routes = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
  }

  /** Counts a request and checks limits, signature and receive window, in the venue's order. */
  admit(request: HttpRequest): Admission {
    const route = this.#routes.get(`${request.method} ${request.path}`);
    if (!route) return { reply: this.#pathNotFound() };
    this.audit.countRequest(route.name);
    const steadyNowMs = this.core.clock.steadyNowMs();
    if (steadyNowMs < this.#bannedUntilMs) return { reply: this.refuseBanned(route) };
    if (!this.limits.admitAddress(route.group, steadyNowMs)) return { reply: this.#banned(route) };
    try {
      const validUntilMs = route.signed ? authenticate(request, this.credentials, this.core.clock.nowMs()) : undefined;
      if (!this.limits.admitGroup(route.group, steadyNowMs)) {
        this.#countBreach(route.group, RET_CODES.tooManyRequests);
        throw new VenueRefusal(RET_CODES.tooManyRequests, 'Too many visits. Exceeded the API Rate Limit.');
      }
      return { admitted: { route, parameters: parseParameters(request), validUntilMs } };
    } catch (error) {
      return { reply: this.#refusal(route, error) };
    }
  }

  /** Carries out an admitted request. */
  execute({ route, parameters }: AdmittedRequest, options: PlacementOptions = {}): HttpReply {
    try {
      // What prices did to stops until now comes before the request.
      this.core.engine.stops.advance();
      refuseUnsupported(parameters, route.unsupported ?? []);
      const result = route.handle(this.core, parameters, options);
      return resultReply(result, this.core.clock.nowMs(), this.#limitHeaders(route));
    } catch (error) {
      return this.#refusal(route, error, parameters);
    }
  }

  /** Refuses every request for so long, however few there are. */
  ban(durationMs: number): void {
    this.#bannedUntilMs = this.core.clock.steadyNowMs() + durationMs;
  }

  liftBan(): void {
    this.#bannedUntilMs = 0;
  }

  /** The answer to a request during such a ban. Whoever comes back after Retry-After is let in. */
  refuseBanned(route: Route): HttpReply {
    this.audit.countRefusal(403);
    if (route.name === 'order_create') this.audit.ordersRejected += 1;
    const leftMs = Math.max(0, this.#bannedUntilMs - this.core.clock.steadyNowMs());
    const headers = { 'content-type': 'text/plain', 'Retry-After': String(Math.ceil(leftMs / 1_000)) };
    return { status: 403, headers, body: 'access too frequent' };
  }

  #refusal(route: Route, error: unknown, parameters: Parameters = {}): HttpReply {
    const headers = this.#limitHeaders(route);
    const nowMs = this.core.clock.nowMs();
    if (!(error instanceof VenueRefusal)) {
      process.emitWarning(`The paper venue failed to answer ${route.name}: ${String(error)}`);
      this.audit.countRefusal(RET_CODES.serverError);
      return refusalReply(RET_CODES.serverError, 'Server error.', nowMs, headers);
    }
    if (error.retCode !== RET_CODES.tooManyRequests) this.audit.countRefusal(error.retCode);
    if (route.name === 'order_create') this.audit.ordersRejected += 1;
    if (error.retCode === RET_CODES.clientOrderIdDuplicate) {
      if (this.core.book.lost.vanished.has(text(parameters, 'orderLinkId') ?? '')) this.audit.vanishedRefused += 1;
      else this.audit.duplicatesRefused += 1;
    }
    return refusalReply(error.retCode, error.message, nowMs, headers);
  }

  #banned(route: Route): HttpReply {
    if (route.name === 'order_create') this.audit.ordersRejected += 1;
    this.#countBreach('global', 403);
    return { status: 403, headers: { 'content-type': 'text/plain' }, body: 'access too frequent' };
  }

  #countBreach(scope: LimitScope, code: number): void {
    this.audit.countLimitBreach(scope);
    this.audit.countRefusal(code);
  }

  #pathNotFound(): HttpReply {
    this.audit.countRefusal(RET_CODES.pathNotFound);
    return {
      ...refusalReply(RET_CODES.pathNotFound, 'the path is not one of the paper venue', this.core.clock.nowMs()),
      status: 404,
    };
  }

  #limitHeaders(route: Route): Record<string, string> {
    const { clock } = this.core;
    return this.limits.headers(route.group, clock.steadyNowMs(), clock.offsetMs);
  }
}

/** @throws VenueRefusal 10001 for a body that is not a JSON object */
function parseParameters(request: HttpRequest): Parameters {
  if (request.method === 'GET') return Object.fromEntries(new URLSearchParams(request.query));
  let body: unknown;
  try {
    body = JSON.parse(request.body);
  } catch {
    throw new VenueRefusal(RET_CODES.parametersInvalid, 'params error: the body is not JSON');
  }
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Parameters;
  throw new VenueRefusal(RET_CODES.parametersInvalid, 'params error: the body is not a JSON object');
}
