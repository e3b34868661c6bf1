import { isRecord, showValue } from '../src/domain/plain-values';
import {
  BATCH_REQUESTS_MAX,
  type AccountAnswer,
  type AccountHandlers,
  type AccountRequest,
  type AccountRequestKind,
} from '../src/messages/venue-account';

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
 */
export function answerBatch(handlers: AccountHandlers, requests: readonly unknown[]): readonly AccountAnswer[] {
  return requests.map((request) =>
    isKnown(handlers, request)
      ? answer(handlers, request)
      : { status: 'invalid', message: `There is no command "${kindOf(request).slice(0, 40)}" here.` },
  );
}

function answer<Kind extends AccountRequestKind>(
  handlers: AccountHandlers,
  { kind, command }: AccountRequest<Kind>,
): AccountAnswer<Kind> {
  return handlers[kind](command);
}

/** Looks at the kind alone; the command is its handler's to judge. A name such as `constructor` is no kind. */
function isKnown(handlers: AccountHandlers, request: unknown): request is AccountRequest {
  return isRecord(request) && typeof request.kind === 'string' && Object.hasOwn(handlers, request.kind);
}

function kindOf(request: unknown): string {
  const kind = isRecord(request) ? request.kind : undefined;
  return typeof kind === 'string' ? kind : showValue(kind);
}
