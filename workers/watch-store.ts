import type { NativeConnection } from '@temporalio/worker';
import type { Config } from '../src/config/schema';
import { openClient } from '../src/temporal/client';
import type { ServerTarget } from '../src/temporal/connection';
import type { OtherStoreError } from '../src/temporal/errors';
import { StoreWatch } from '../src/temporal/store-watch';

/**
 * Watches which store the workers' own connection leads to.
 *
 * @param trades whether orders wait for what is known here; without, the server is asked less often
 * @returns the watch, which is to be stopped, and what rejects once another store is met: the process has to end then,
 *   because its workers would serve that one, too
 */
export function watchStore(
  { dataDir }: Config,
  { address, namespace, isEmbedded }: ServerTarget,
  connection: NativeConnection,
  trades = true,
): { readonly watch: StoreWatch; readonly otherStore: Promise<never> } {
  let onOtherStore: ((error: OtherStoreError) => void) | undefined;
  const otherStore = new Promise<never>((_resolve, reject) => {
    onOtherStore = reject;
  });
  // It may be met before anybody waits for it.
  otherStore.catch(() => undefined);
  const asker = openClient(connection, namespace);
  const place = { dataDir, namespace };
  const watch = new StoreWatch({ place, address, isEmbedded, asker, onOtherStore, isIdle: !trades });
  watch.start();
  return { watch, otherStore };
}
