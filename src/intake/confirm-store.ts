import { ServerUnavailableError } from '../temporal/errors';
import type { StoreGate } from '../temporal/store-gate';
import { SEND_AGAIN } from './server-call';
import { IntakeUnavailableError } from './types';

/** @throws OtherStoreError, and IntakeUnavailableError when it cannot be told which store the server has */
export async function confirmStore(store: StoreGate): Promise<void> {
  if (store.isConfirmed) return;
  try {
    await store.confirm();
  } catch (error) {
    if (!(error instanceof ServerUnavailableError)) throw error;
    throw new IntakeUnavailableError(SEND_AGAIN.unanswered, { cause: error });
  }
}
