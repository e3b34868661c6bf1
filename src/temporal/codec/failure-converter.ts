import {
  DefaultFailureConverter,
  type PayloadConverter,
  type ProtoFailure,
  type SerializationContext,
} from '@temporalio/common';
import { QUERY_TOO_EARLY } from '../../messages/query-guard';

/**
 * Moves the message and the stack of a failure into a payload, which the codec then seals. It is loaded into workflows,
 * too (the sealed bundle), so it imports nothing of Node.
 */
class SealedFailureConverter extends DefaultFailureConverter {
  constructor() {
    super({ encodeCommonAttributes: true });
  }

  override errorToFailure(error: unknown, converter: PayloadConverter, context?: SerializationContext): ProtoFailure {
    // A query's failure reaches its asker as the bare message. This one tells to ask again, and holds nothing of anybody.
    if (error instanceof Error && error.message === QUERY_TOO_EARLY) {
      return this.errorToFailureInner(error, converter, context);
    }
    return super.errorToFailure(error, converter, context);
  }
}

/** Read by the SDK, by this name. */
export const failureConverter = new SealedFailureConverter();
