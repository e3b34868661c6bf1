import { z } from 'zod';
import { forgetOrders } from '../book/forget';
import { RET_CODES, VenueRefusal } from '../ret-codes';
import { jsonReply, type HttpReply } from './messages';
import type { VenueCore } from './route';

/*
 * What a test lets happen at the venue itself, where a fault plan would wait for a request: times that pass, people at the
 * exchange, a memory that ends.
 */

const forgetShape = z.strictObject({
  /** Only this order. */
  clientOrderId: z.string().optional(),
  /** Only orders that were closed for at least so long, on the venue's clock. */
  closedForMs: z.int().min(0).optional(),
});
const cancelShape = z.strictObject({ clientOrderId: z.string() });
const symbolShape = z.strictObject({ symbol: z.string(), state: z.enum(['trading', 'delisting', 'closed']) });
/** Up to ten years either way. */
const OFFSET_MAX_MS = 10 * 366 * 86_400_000;
const clockShape = z.strictObject({ offsetMs: z.int().min(-OFFSET_MAX_MS).max(OFFSET_MAX_MS) });

/** From now on no query answers for these closed orders; an empty object names all of them. */
export function forget(core: VenueCore, body: string): HttpReply {
  return control(forgetShape, body, ({ clientOrderId, closedForMs }) => {
    const closedUntilMs = closedForMs === undefined ? undefined : core.clock.nowMs() - closedForMs;
    return { forgotten: forgetOrders(core.book, { clientOrderId, closedUntilMs }) };
  });
}

/** The venue cancels an open order, unasked. */
export function cancelOrder({ book, engine }: VenueCore, body: string): HttpReply {
  return control(cancelShape, body, ({ clientOrderId }) => {
    const symbol = book.orders.byClientOrderId(clientOrderId)?.symbol ?? '';
    return { cancelled: engine.cancel({ symbol, clientOrderId }).clientOrderId };
  });
}

/** What of a symbol trades from now on. */
export function setSymbolState({ engine, feed }: VenueCore, body: string): HttpReply {
  return control(symbolShape, body, ({ symbol, state }) => {
    if (!feed.instruments.has(symbol)) {
      throw new VenueRefusal(RET_CODES.parametersInvalid, `The paper venue does not trade ${symbol}.`);
    }
    engine.rules.setState(symbol, state);
    return { symbol, state };
  });
}

/** Sets the venue's clock to the machine's time plus an offset, until the next one or the next fault plan. */
export function setClock({ clock }: VenueCore, body: string): HttpReply {
  return control(clockShape, body, ({ offsetMs }) => {
    clock.setOffset(offsetMs);
    return { nowMs: clock.nowMs() };
  });
}

/** Reads a command and carries it out: 400 for one that cannot be read, 409 for one that the venue refuses. */
export function control<Command>(
  shape: z.ZodType<Command>,
  body: string,
  act: (command: Command) => object,
): HttpReply {
  let given: unknown;
  try {
    given = JSON.parse(body === '' ? '{}' : body);
  } catch {
    return jsonReply({ error: 'The body is not JSON.' }, 400);
  }
  const parsed = shape.safeParse(given);
  if (!parsed.success) return jsonReply({ error: z.prettifyError(parsed.error) }, 400);
  try {
    return jsonReply(act(parsed.data));
  } catch (error) {
    if (!(error instanceof VenueRefusal)) throw error;
    return jsonReply({ error: error.message }, 409);
  }
}
