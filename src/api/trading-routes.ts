import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AuditEntry } from '../access/audit';
import { isRecord } from '../domain/plain-values';
import { readStateReason } from '../domain/state-reason';
import {
  TRADING_STATE_ACTS,
  TradingStateError,
  type ChangeTradingOptions,
  type TradingChanged,
  type TradingStateAct,
} from '../positions/change-trading';
import { EnvironmentMismatchError } from '../temporal/environment-stamp';
import type { ApiAudit } from './api-audit';
import { askIntake } from './ask-intake';
import { InFlightLimit } from './bounded';
import { ApiError, type ApiErrorCode } from './errors';
import { presentTradingChange } from './present-orders';
import { auditedCancel } from './present-signal';
import { auditEntry, failureCode, requireAudit } from './signal-audit';

/** Each waits for seconds until a stop holds, and looks at what is open then. */
const CHANGES_IN_FLIGHT_MAX = 8;
const CHANGE_AGAIN = 'Look at the trading state, then repeat the request: repeating it is safe.';

/** Sets the trading state: see changeTrading. */
export type ChangeTrading = (options: ChangeTradingOptions) => Promise<TradingChanged>;

export interface TradingRoutesOptions {
  readonly venue: string;
  readonly changeTrading: ChangeTrading;
  readonly audit: ApiAudit;
  /** Milliseconds. */
  readonly timeoutMs: number;
}

/**
 * `POST /api/halt`, `/api/reduce` and `/api/resume`: what the commands of these names do. The answer comes once the state holds, and
 * tells which orders are open then. Stopping is never held up by a line of the audit that cannot be written; going on is.
 */
export function addTradingRoutes(server: FastifyInstance, options: TradingRoutesOptions): void {
  const changes = new InFlightLimit(CHANGES_IN_FLIGHT_MAX);
  for (const act of Object.keys(TRADING_STATE_ACTS) as TradingStateAct[]) {
    server.post(`/api/${act}`, { handlerTimeout: options.timeoutMs }, (request) =>
      changeTrading(act, request, changes, options),
    );
  }
}

async function changeTrading(
  act: TradingStateAct,
  request: FastifyRequest,
  changes: InFlightLimit,
  { venue, changeTrading: change, audit }: TradingRoutesOptions,
): Promise<object> {
  const line = auditEntry(request, { what: act, target: venue, result: 'done' });
  const { reason, cancelsOrders } = readWish(act, request.body, (detail) =>
    audit.attempt({ ...line, result: 'refused', detail }),
  );
  const entry = { ...line, why: reason };
  if (act === 'resume') requireAudit(request, audit, { ...entry, result: 'asked' });
  let isDone = false;
  const options: ChangeTradingOptions = {
    act,
    reason,
    who: line.who,
    cancelsOrders,
    // Before its orders are cancelled, which takes a while and leaves lines of its own.
    onChanged: () => {
      isDone = true;
      audit.attempt(entry);
    },
    onCancel: ({ fingerprint }, answer) => {
      const end = answer ? auditedCancel(answer) : ({ result: 'failed' } as const);
      audit.attempt({ ...entry, what: 'signal.cancel', target: fingerprint, ...end });
    },
  };
  try {
    const changed = await askIntake(() => changes.run(() => change(options)), CHANGE_AGAIN);
    request.log.warn({ reason, venue, act }, 'the trading state is changed');
    return presentTradingChange(venue, changed);
  } catch (error) {
    const failure = failureOf(error);
    if (!isDone) audit.attempt({ ...entry, ...endOf(failure) });
    throw failure;
  }
}

function endOf(failure: unknown): Pick<AuditEntry, 'result' | 'detail'> {
  const detail = failureCode(failure);
  return { result: detail === 'TRADING_STATE_REFUSED' ? 'refused' : 'failed', detail };
}

const CODES: Readonly<Record<TradingStateError['code'], ApiErrorCode>> = {
  LEDGER_NOT_RUNNING: 'ACCOUNT_NOT_FOUND',
  LEDGER_UNAVAILABLE: 'SERVER_UNAVAILABLE',
  REFUSED: 'TRADING_STATE_REFUSED',
};

/** What was wrong, as an answer; what is no word of ours stays what it is. */
function failureOf(error: unknown): unknown {
  if (error instanceof EnvironmentMismatchError) return new ApiError('TRADING_STATE_REFUSED', error.message);
  return error instanceof TradingStateError ? new ApiError(CODES[error.code], error.message) : error;
}

interface TradingWish {
  readonly reason: string;
  readonly cancelsOrders: boolean;
}

/** @throws ApiError INVALID_TRADING_COMMAND */
function readWish(act: TradingStateAct, body: unknown, onRefusal: (code: ApiErrorCode) => void): TradingWish {
  const refuse = (message?: string): never => {
    onRefusal('INVALID_TRADING_COMMAND');
    throw new ApiError('INVALID_TRADING_COMMAND', message);
  };
  if (!isRecord(body)) return refuse();
  const { reason, cancel_orders: cancelsOrders = false, ...others } = body;
  const mayCancel = act !== 'resume' || body['cancel_orders'] === undefined;
  if (typeof reason !== 'string' || typeof cancelsOrders !== 'boolean' || !mayCancel) return refuse();
  if (Object.keys(others).length > 0) return refuse();
  const { kept, fault = '' } = readStateReason(reason, TRADING_STATE_ACTS[act]);
  return kept === undefined ? refuse(`The reason ${fault}.`) : { reason: kept, cancelsOrders };
}
