import type { BoundFigure } from '../src/domain/explain/types';
import { isRecord, showValue } from '../src/domain/plain-values';
import {
  BATCH_REQUESTS_MAX,
  type AccountAnswer,
  type AccountHandlers,
  type AccountRequest,
  type AccountRequestKind,
} from '../src/messages/venue-account';

type BoundsOf = (symbol: string) => readonly BoundFigure[] | undefined;

/** What is wrong with a batch as a whole, or undefined. Takes any value. */
export function batchFault(requests: unknown): string | undefined {
  const isBatch = Array.isArray(requests) && requests.length <= BATCH_REQUESTS_MAX;
  return isBatch ? undefined : `A batch is a list of at most ${BATCH_REQUESTS_MAX} commands.`;
}

/**
 * Answers requests in their order, one answer for each, whatever they are.
 *
 * @param handlers each takes any value as its command and returns at once: the types promise the caller's side, and what
 *   comes over the wire is checked by the rules of src/domain, which answer a malformed command instead of throwing
 * @param boundsOf what an entry of a symbol meets at that moment; undefined: it is not told
 */
export function answerBatch(
  handlers: AccountHandlers,
  requests: readonly unknown[],
  boundsOf: BoundsOf = () => undefined,
): readonly AccountAnswer[] {
  return requests.map((request) =>
    isKnown(handlers, request)
      ? // What it met is looked at before it is answered, and counts itself.
        withBounds(boundsAskedFor(request, boundsOf), answer(handlers, request))
      : { status: 'invalid', message: `There is no command "${kindOf(request).slice(0, 40)}" here.` },
  );
}

function answer<Kind extends AccountRequestKind>(
  handlers: AccountHandlers,
  { kind, command }: AccountRequest<Kind>,
): AccountAnswer<Kind> {
  return handlers[kind](command);
}

function boundsAskedFor(
  { kind, command, tellBounds }: AccountRequest,
  boundsOf: BoundsOf,
): readonly BoundFigure[] | undefined {
  if (kind !== 'reserve' || tellBounds !== true || !isRecord(command) || !isRecord(command.metadata)) return undefined;
  const { symbol } = command.metadata;
  return typeof symbol === 'string' ? boundsOf(symbol) : undefined;
}

/** One that was reserved before is among what they count. */
function withBounds(bounds: readonly BoundFigure[] | undefined, answered: AccountAnswer): AccountAnswer {
  const isFirst = answered.status === 'denied' || (answered.status === 'reserved' && answered.isNew);
  return isFirst && bounds !== undefined && bounds.length > 0 ? { ...answered, bounds } : answered;
}

/** Looks at the kind alone; the command is its handler's to judge. A name such as `constructor` is no kind. */
function isKnown(handlers: AccountHandlers, request: unknown): request is AccountRequest {
  return isRecord(request) && typeof request.kind === 'string' && Object.hasOwn(handlers, request.kind);
}

function kindOf(request: unknown): string {
  const kind = isRecord(request) ? request.kind : undefined;
  return typeof kind === 'string' ? kind : showValue(kind);
}
