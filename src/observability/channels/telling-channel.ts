import type { AlertChannel } from '../alerts/channel';
import type { ChannelMessage } from './message';

/** A channel that also tells what the other side said, for whoever tests it. */
export interface TellingChannel extends AlertChannel {
  /**
   * Delivers a message, whether the channel wants such or not.
   *
   * @returns the other side's own words, on one line and without secrets
   * @throws as `send`
   */
  deliver(message: ChannelMessage, signal: AbortSignal): Promise<string>;
}
