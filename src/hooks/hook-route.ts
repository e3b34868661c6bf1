import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AttemptLimit } from '../access/attempt-limit';
import type { AuditEntry } from '../access/audit';
import type { HookSource } from '../config/hooks-schema';
import { quoteValue } from '../domain/quote-value';
import type { TradingSignal } from '../domain/signal';
import { loopbackHosts, mediaType } from '../net/browser-guard';
import { isForwarded } from '../net/forwarded';
import { OTHER_SOURCE, type HookResult } from '../observability/metrics/hook-metrics';
import { bodySecretFault, signatureFault } from './authenticate';
import { doorName } from './hinted-trace';
import { HookError, toHookError } from './hook-error';
import { interpretAlert, type InterpretedAlert } from './interpret-alert';
import { readAlertBody } from './read-body';
import type { HookDependencies } from './server';
import { SourceLimit } from './source-limit';
import { takeAlert, targetOf, type AlertOutcome } from './take-alert';

/** Alerts that are being handed in, of all sources; more are told to come back. Behind a server that hangs they pile up. */
export const ALERTS_IN_FLIGHT_MAX = 128;

const MEDIA_TYPES = ['application/json', 'text/plain', ''];

type Wish = Exclude<InterpretedAlert, { wish: 'none' }>;

/** One request, and whose it says to be. */
interface Arrival {
  readonly name: string;
  readonly source: HookSource;
  readonly request: FastifyRequest;
  readonly bytes: Buffer;
}

/** `POST /hooks/:source`. */
export function addHookRoute(server: FastifyInstance, dependencies: HookDependencies): void {
  const route = new HookRoute(dependencies);
  const errorHandler = (error: unknown, request: FastifyRequest): never => route.refuseUnread(error, request);
  server.post('/hooks/:source', { errorHandler }, (request, reply) => route.answer(request, reply));
}

class HookRoute {
  private readonly attempts = new AttemptLimit(performance.now());
  private readonly limits: ReadonlyMap<string, SourceLimit>;
  private inFlight = 0;

  constructor(private readonly dependencies: HookDependencies) {
    const sources = Object.entries(dependencies.config.hooks.sources);
    this.limits = new Map(
      sources.map(([name, { perMinute }]) => [name, new SourceLimit(perMinute, performance.now())]),
    );
  }

  async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const arrival = this.arrivalOf(request);
    const { name, source } = arrival;
    const body = this.admit(arrival);
    if (this.limits.get(name)?.take(performance.now()) === false) this.refuse(arrival, 'limited', 'RATE_LIMITED');
    const alert = interpretAlert(source, body, Date.now());
    if (alert.wish === 'none') return this.refuse(arrival, 'refused', 'INVALID_ALERT', alert.message);
    const { statusCode, body: answer } = await this.take(arrival, alert);
    return reply.code(statusCode).send(answer);
  }

  /**
   * Whatever ended a request of this route; the server's own handler answers. What ended before anything of ours read it, such as a body
   * that is too large, is refused as the rest is.
   *
   * @throws HookError, and what is no fault of the request as it is
   */
  refuseUnread(error: unknown, request: FastifyRequest): never {
    const { code, statusCode } = toHookError(error);
    if (error instanceof HookError || statusCode >= 500) throw error;
    this.refuse(this.arrivalOf(request), 'malformed', code, undefined, false);
  }

  /** @throws HookError where no such source is configured */
  private arrivalOf(request: FastifyRequest): Arrival {
    const name = (request.params as { readonly source: string }).source;
    const { sources } = this.dependencies.config.hooks;
    const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
    if (source === undefined) {
      this.dependencies.count(OTHER_SOURCE, 'refused');
      throw new HookError('NOT_FOUND');
    }
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    return { name, source, request, bytes };
  }

  /** @returns the body of an alert whose sender may send it */
  private admit(arrival: Arrival): unknown {
    const { name, source, request, bytes } = arrival;
    const type = mediaType(request.headers['content-type']);
    if (!MEDIA_TYPES.includes(type)) {
      const message = `The content type is ${quoteValue(type)}; send application/json or text/plain.`;
      this.refuse(arrival, 'malformed', 'UNSUPPORTED_MEDIA_TYPE', message, false);
    }
    const secrets = this.dependencies.secrets.get(name) ?? [];
    if (source.authentication === 'signature') {
      this.judge(arrival, signatureFault(request.headers, secrets, bytes, Date.now()));
    } else if (source.authentication === 'noneOnLoopback') this.admitNeighbour(arrival, type);
    const read = readAlertBody(source, bytes);
    // A secret in the body is not looked for where the body cannot be read.
    if ('fault' in read)
      return this.refuse(arrival, 'malformed', 'MALFORMED_BODY', read.fault, source.authentication !== 'body');
    if (source.authentication === 'body') this.judge(arrival, bodySecretFault(source, secrets, read.value));
    return read.value;
  }

  /** Whoever needs no secret is a program of this machine: neither passed on, nor a web page, nor called by another name. */
  private admitNeighbour(arrival: Arrival, type: string): void {
    const { headers } = arrival.request;
    const isNamedHere = loopbackHosts(this.dependencies.config.hooks.port).has(headers.host?.toLowerCase() ?? '');
    if (isForwarded(headers) || !isNamedHere)
      this.refuse(arrival, 'unauthorized', 'FORWARDED_REFUSED', undefined, false);
    if (type === 'application/json') return;
    const message = 'This source has no secret, and takes application/json alone: a web page cannot send that unasked.';
    this.refuse(arrival, 'malformed', 'UNSUPPORTED_MEDIA_TYPE', message, false);
  }

  private judge(arrival: Arrival, fault: string | undefined): void {
    if (fault !== undefined) this.refuse(arrival, 'unauthorized', 'UNAUTHENTICATED', fault, false);
  }

  /**
   * Counts what is not taken, and notes it where there are not too many of them: strangers may send what they like.
   *
   * @param isKnown whether its sender has shown that he may send
   */
  private refuse(
    arrival: Arrival,
    result: HookResult,
    code: ConstructorParameters<typeof HookError>[0],
    message?: string,
    isKnown = true,
  ): never {
    const { name, request } = arrival;
    this.dependencies.count(name, result);
    const error = new HookError(code, message);
    if (!this.attempts.refuse(name, performance.now())) {
      if (!isKnown) throw new HookError('TOO_MANY_ATTEMPTS');
      throw error;
    }
    // What a stranger wrote is not repeated: it may be a secret that is one letter off.
    request.log.warn({ source: name, code, ...(isKnown && { message: error.message }) }, 'an alert was refused');
    this.note(arrival, { what: 'hook.refused', target: name, result: 'refused', detail: code }, isKnown);
    const said = isKnown ? error.message : new HookError(code).message;
    this.dependencies.door.note({ kind: 'refused', code, message: said, source: doorName(name) });
    throw error;
  }

  /** What is to be closed never comes by intake, which writes down the rest. */
  private noteRefusedClose(
    name: string,
    { symbol, strategy }: Pick<TradingSignal, 'symbol' | 'strategy'>,
    { code, message }: AlertOutcome['body'],
  ): void {
    if (typeof code !== 'string') return;
    const source = doorName(name);
    this.dependencies.door.note({ kind: 'refused', code, message: String(message), symbol, strategy, source });
  }

  private note({ name, request }: Arrival, entry: Omit<AuditEntry, 'who' | 'from' | 'why'>, isKnown = true): void {
    const { 'user-agent': program } = request.headers;
    const from = program === undefined ? request.ip : `${request.ip}, ${program}`;
    const who = isKnown ? `hook ${name}` : `somebody at hook ${name}`;
    this.dependencies.audit.attempt({ who, from, why: '', ...entry });
  }

  /** @throws HookError TIMED_OUT in time for the sender to hear it; what is under way goes on, and is noted when it ends */
  private async take(arrival: Arrival, alert: Wish): Promise<AlertOutcome> {
    const { config, count } = this.dependencies;
    const { name, source, request } = arrival;
    if (this.inFlight >= ALERTS_IN_FLIGHT_MAX) {
      count(name, 'unavailable');
      throw new HookError('TOO_BUSY');
    }
    this.inFlight += 1;
    const taken = takeAlert(this.dependencies, name, source, alert).finally(() => (this.inFlight -= 1));
    const noted = taken.then(
      ({ audited, body, result }) => {
        request.log.info({ source: name, result, ...body }, 'alert received');
        this.note(arrival, audited);
        if (alert.wish === 'close') this.noteRefusedClose(name, alert.of, body);
      },
      (error: unknown) => {
        const code = error instanceof HookError ? error.code : 'INTERNAL_ERROR';
        const what = alert.wish === 'close' ? 'position.close' : 'signal.send';
        this.note(arrival, { what, target: targetOf(alert), result: 'failed', detail: code });
      },
    );
    try {
      const outcome = await inTime(taken, config.hooks.answerWithinMs);
      count(name, outcome.result);
      return outcome;
    } catch (error) {
      count(name, 'unavailable');
      throw error;
    } finally {
      // Behind the answer: the sender does not wait for what is noted of it.
      void noted;
    }
  }
}

function inTime<T>(task: Promise<T>, deadlineMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new HookError('TIMED_OUT')), deadlineMs);
    const end = (): void => clearTimeout(timer);
    task.then(
      (value) => (end(), resolve(value)),
      (error: unknown) => (end(), reject(error as Error)),
    );
  });
}
