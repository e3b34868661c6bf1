import type { Notice } from '../../domain/alerts/alert';

/** A way to a person. */
export interface AlertChannel {
  /** Unique among the channels of an installation; what waits for it is kept under this name. */
  readonly name: string;
  /** Whether this message is for it. It must say the same of all messages about an alert. */
  wants(notice: Notice): boolean;
  /**
   * Delivers one message. It may come twice, after a crash or an answer that was lost: the receiver tells by the alert's id and
   * the message's number, which belong into the text.
   *
   * @param signal ends an attempt that takes too long
   * @throws what the channel said; the message is sent again later. A MessageRefusedError: it never will be taken
   */
  send(notice: Notice, signal: AbortSignal): Promise<void>;
}

/** The channel will never take this message, whoever sends it however often: it is given up, and counted. */
export class MessageRefusedError extends Error {
  override readonly name = 'MessageRefusedError';
}

/** The channel takes nothing for a while, and said for how long: before that no attempt can succeed. */
export class ChannelBusyError extends Error {
  override readonly name = 'ChannelBusyError';

  /** @param retryAfterMs how long the channel wants to be left alone, milliseconds, above zero */
  constructor(
    message: string,
    readonly retryAfterMs: number,
  ) {
    super(message);
  }
}
