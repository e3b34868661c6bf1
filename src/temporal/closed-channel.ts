import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor, type ConnectionOptions } from '@temporalio/client';
import { GrpcStatus } from './grpc-status';

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];
type InterceptingCall = ReturnType<Interceptor>;
type Metadata = Parameters<InterceptingCall['start']>[0];
type Listener = Parameters<InterceptingCall['start']>[1];

const CLOSED = 'the connection was closed';

/**
 * What calls of a connection go through: repeated as Temporal's client does by itself, but none outlives the connection. A repetition
 * comes from a timer, where the error of a closed channel would be nobody's and end the process.
 */
export function callInterceptors(): NonNullable<ConnectionOptions['interceptors']> {
  return [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), endOnClosedChannel];
}

/** Stands between the repetition and the channel: a call that can no longer be made ends as one that was given up. */
export const endOnClosedChannel: Interceptor = (options, nextCall) => {
  try {
    // Whoever gets it uses what both kinds have.
    return nextCall(options) as InterceptingCall;
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('shut down')) throw error;
    return closedCall();
  }
};

function closedCall(): InterceptingCall {
  const nothing = (): void => undefined;
  const call = {
    start(metadata: Metadata, listener: Listener) {
      // Never before whoever starts it has it in hand.
      process.nextTick(() => {
        listener?.onReceiveMessage?.(null);
        listener?.onReceiveStatus?.({ code: GrpcStatus.CANCELLED, details: CLOSED, metadata: metadata.clone() });
      });
    },
    cancelWithStatus: nothing,
    getPeer: () => '',
    getAuthContext: () => null,
    sendMessage: nothing,
    sendMessageWithContext: nothing,
    startRead: nothing,
    halfClose: nothing,
  };
  return call as unknown as InterceptingCall;
}
