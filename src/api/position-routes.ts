import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AuditedAct } from '../access/audit';
import type { PositionReply } from '../messages/position';
import { describeAbsence } from '../positions/absence';
import { parseCloseWish, parseProtectWish } from '../positions/parse-commands';
import type { Flattened } from '../positions/flatten-account';
import type { PositionWorkflows } from '../positions/position-workflows';
import type { ApiAudit } from './api-audit';
import { askIntake } from './ask-intake';
import { InFlightLimit } from './bounded';
import { ApiError } from './errors';
import {
  presentFlattened,
  presentListed,
  presentPosition,
  presentReply,
  presentRisk,
  presentTrades,
} from './present-position';
import { auditEntry, failureCode, readAudited, refuseAudited } from './signal-audit';

/** Look-ups and lists at once, apart from those of signals. */
const READS_IN_FLIGHT_MAX = 16;
const WISHES_IN_FLIGHT_MAX = 16;
const SYMBOL = /^[A-Z0-9]{2,30}$/;
const DAYS_DEFAULT = 1;
export const DAYS_MAX = 365;

const ASK_AGAIN = 'Try again in a moment.';
const TELL_AGAIN = 'The position may have been told or not: look at it, then repeat the request; repeating it is safe.';

/** What the routes of positions need; of a class, so that a test may stand in for it. */
export type Positions = Pick<PositionWorkflows, 'list' | 'show' | 'close' | 'protect' | 'trades' | 'risk'>;

/** Closes everything: see flattenAccount. */
export type Flatten = (reason: string, who: string) => Promise<Flattened>;

export interface PositionRoutesOptions {
  readonly positions: Positions;
  readonly flatten: Flatten;
  readonly audit: ApiAudit;
  /** Milliseconds. */
  readonly timeoutMs: number;
}

/**
 * `GET /api/positions`, `GET /api/positions/:symbol`, `POST /api/positions/:symbol/close` and `…/protect`, `GET /api/trades?days=1`,
 * `GET /api/risk`, and `POST /api/flatten`, which answers once everything is told to close. Lists are a second or two late.
 */
export function addPositionRoutes(server: FastifyInstance, options: PositionRoutesOptions): void {
  const { positions, timeoutMs } = options;
  const reads = new InFlightLimit(READS_IN_FLIGHT_MAX);
  const wishes = new InFlightLimit(WISHES_IN_FLIGHT_MAX);
  const read = <Result>(ask: () => Promise<Result>) => askIntake(() => reads.run(ask), ASK_AGAIN);

  server.get('/api/positions', { handlerTimeout: timeoutMs }, async () => {
    const listed = await read(() => positions.list());
    return { positions: listed.map(presentListed) };
  });
  server.get('/api/positions/:symbol', { handlerTimeout: timeoutMs }, async (request) => {
    const symbol = readSymbol(request);
    const view = await read(() => positions.show(symbol));
    if (!view) throw new ApiError('POSITION_NOT_FOUND');
    return presentPosition(view);
  });
  server.get('/api/trades', { handlerTimeout: timeoutMs }, async (request) => {
    const days = readDays(request.query);
    return presentTrades(await read(() => positions.trades(days)), days);
  });
  server.get('/api/risk', { handlerTimeout: timeoutMs }, async () => {
    const view = await read(() => positions.risk());
    if (!view) throw new ApiError('ACCOUNT_NOT_FOUND');
    return presentRisk(view);
  });
  addFlattenRoute(server, wishes, options);
  addWishRoute(server, wishes, options, 'close', (symbol, body) => {
    const parsed = parseCloseWish(body);
    if (!parsed.ok) return new ApiError('INVALID_POSITION_COMMAND', parsed.message);
    const words = parsed.value;
    const command = { requestId: `close:${randomUUID()}`, words, reason: 'OPERATOR' } as const;
    return { words, tell: () => positions.close(symbol, command) };
  });
  addWishRoute(server, wishes, options, 'protect', (symbol, body) => {
    const parsed = parseProtectWish(body);
    if (!parsed.ok) return new ApiError('INVALID_POSITION_COMMAND', parsed.message);
    const command = { requestId: `protect:${randomUUID()}`, ...parsed.value };
    return { words: command.words, tell: () => positions.protect(symbol, command) };
  });
}

function addFlattenRoute(
  server: FastifyInstance,
  wishes: InFlightLimit,
  { flatten, audit, timeoutMs }: PositionRoutesOptions,
): void {
  server.post('/api/flatten', { handlerTimeout: timeoutMs }, async (request) => {
    const parsed = parseCloseWish(request.body);
    if (!parsed.ok) {
      const refusal = new ApiError('INVALID_POSITION_COMMAND', parsed.message);
      return refuseAudited(request, audit, { what: 'flatten', target: '' }, refusal);
    }
    const act = auditEntry(request, { what: 'flatten', target: '', why: parsed.value, result: 'done' });
    try {
      const flattened = await askIntake(() => wishes.run(() => flatten(parsed.value, act.who)), TELL_AGAIN);
      audit.attempt(act);
      request.log.warn(
        { reason: parsed.value, closings: flattened.closings.length },
        'every position is told to close',
      );
      return presentFlattened(flattened);
    } catch (error) {
      audit.attempt({ ...act, result: 'failed', detail: failureCode(error) });
      throw error;
    }
  });
}

interface Wish {
  readonly words: string;
  readonly tell: () => Promise<PositionReply | undefined>;
}

/** What only makes a position smaller or safer is not held up by a line of the audit that cannot be written. */
function addWishRoute(
  server: FastifyInstance,
  wishes: InFlightLimit,
  { positions, audit, timeoutMs }: PositionRoutesOptions,
  name: 'close' | 'protect',
  /** @returns what is wrong with it instead */
  read: (symbol: string, body: unknown) => Wish | ApiError,
): void {
  const what: AuditedAct = `position.${name}`;
  server.post(`/api/positions/:symbol/${name}`, { handlerTimeout: timeoutMs }, async (request) => {
    const symbol = readAudited(request, audit, what, readSymbol);
    const wish = read(symbol, request.body);
    if (wish instanceof ApiError) return refuseAudited(request, audit, { what, target: symbol }, wish);
    const { words, tell } = wish;
    const act = auditEntry(request, { what, target: symbol, why: words, result: 'done' });
    const reply = await askIntake(() => wishes.run(tell), TELL_AGAIN).catch((error: unknown) => {
      audit.attempt({ ...act, result: 'failed', detail: failureCode(error) });
      throw error;
    });
    audit.attempt({ ...act, result: reply?.accepted ? 'done' : 'refused', detail: reply?.message ?? 'not known' });
    request.log.info({ symbol, reason: words, reply }, `a position is told: ${name}`);
    if (!reply) {
      const last = await positions.show(symbol).catch(() => undefined);
      throw new ApiError('POSITION_NOT_FOUND', describeAbsence(symbol, last));
    }
    if (!reply.accepted) throw new ApiError('POSITION_COMMAND_REFUSED', reply.message);
    return presentReply(symbol, reply);
  });
}

function readSymbol(request: FastifyRequest): string {
  const { symbol } = request.params as { symbol: string };
  if (!SYMBOL.test(symbol)) throw new ApiError('INVALID_SYMBOL');
  return symbol;
}

function readDays(query: unknown): number {
  const { days = String(DAYS_DEFAULT), ...others } = query as Record<string, unknown>;
  const count = typeof days === 'string' && /^[1-9]\d{0,2}$/.test(days) ? Number(days) : 0;
  if (Object.keys(others).length > 0 || count < 1 || count > DAYS_MAX) throw new ApiError('INVALID_DAYS');
  return count;
}
