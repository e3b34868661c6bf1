import type { NativeConnection } from '@temporalio/worker';
import type { Config } from '../src/config/schema';
import { openClient } from '../src/temporal/client';
import type { ServerTarget } from '../src/temporal/connection';
import type { OtherStoreError } from '../src/temporal/errors';
import { StoreWatch } from '../src/temporal/store-watch';

/**
 * Watches which store the workers' own connection leads to.
 *
 * @returns the watch, which is to be stopped, and what rejects once another store is met: the process has to end then,
 *   because its workers would serve that one, too
 */
export function watchStore(
  { dataDir }: Config,
  { address, namespace, isEmbedded }: ServerTarget,
  connection: NativeConnection,
): { readonly watch: StoreWatch; readonly otherStore: Promise<never> } {
  let onOtherStore: ((error: OtherStoreError) => void) | undefined;
  const otherStore = new Promise<never>((_resolve, reject) => {
    onOtherStore = reject;
  });
  // It may be met before anybody waits for it.
  otherStore.catch(() => undefined);
  const asker = openClient(connection, namespace);
  const watch = new StoreWatch({ place: { dataDir, namespace }, address, isEmbedded, asker, onOtherStore });
  watch.start();
  return { watch, otherStore };
}
