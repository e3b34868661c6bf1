import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import { historyKeys } from './history-keys';
import { historyKeyErrorIn, type HistoryKeyError } from './history-key-error';
import type { KeyRing } from './key-ring';
import { open, seal } from './seal';

/** Seals what goes to the Temporal server and opens what comes from it. */
export class HistoryCodec implements PayloadCodec {
  /** @param onUnreadable hears of what cannot be opened: some callers of a codec tell it to nobody */
  constructor(
    private readonly keys: KeyRing,
    private readonly onUnreadable?: (error: HistoryKeyError) => void,
  ) {}

  encode(payloads: Payload[]): Promise<Payload[]> {
    const { sealing } = this.keys;
    return Promise.resolve(sealing ? payloads.map((payload) => seal(payload, sealing)) : payloads);
  }

  /** @throws HistoryKeyError (rejects) when one of them cannot be opened */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    try {
      return payloads.map((payload) => open(payload, this.keys));
    } catch (error) {
      const keyError = historyKeyErrorIn(error);
      if (keyError) this.onUnreadable?.(keyError);
      throw error;
    }
  }
}

/**
 * How values become what Temporal stores, and back: for every client, every worker and every replay, so that all of them
 * read each other. Without keys nothing is sealed, and what was sealed is told by its key.
 *
 * @throws HistoryKeyError (HISTORY_KEYS_INVALID)
 */
export function historyConverter(
  keys: KeyRing = historyKeys(),
  onUnreadable?: (error: HistoryKeyError) => void,
): DataConverter {
  const payloadCodecs = [new HistoryCodec(keys, onUnreadable)];
  if (!keys.sealing) return { payloadCodecs };
  return { payloadCodecs, failureConverterPath: require.resolve('./failure-converter') };
}
