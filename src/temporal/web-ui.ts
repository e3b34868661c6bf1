import { type GuardedProxy, startGuardedProxy } from '../net/guarded-proxy';
import { type HiddenAddress, pickHiddenAddress } from '../net/hidden-address';
import { assertPortFree } from '../net/ports';
import type { Progress } from './binary-sources';

const UI_PORT = { variable: 'TEMPORAL_UI_PORT' };

/** The Web UI of an embedded server that is about to start. */
export interface WebUi {
  /** Flags for `temporal server start-dev`. */
  readonly flags: readonly string[];
  /** The port that people use; absent: there is none. */
  readonly port?: number;
  /** Lets people in, once the server runs. @throws PortInUseError */
  readonly open: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const NO_WEB_UI: WebUi = { flags: ['--headless'], open: () => Promise.resolve(), close: () => Promise.resolve() };

/**
 * Prepares the Web UI. The server's own has no guard against web pages (whoever makes a name resolve to this machine may
 * trade with it), so it listens where no page finds it, and people go through ours.
 *
 * @param port for people; absent: no Web UI
 * @param pickAddress tests have their own
 * @throws PortInUseError
 */
export async function prepareWebUi(
  port: number | undefined,
  progress: Progress,
  pickAddress: typeof pickHiddenAddress = pickHiddenAddress,
): Promise<WebUi> {
  if (port === undefined) return NO_WEB_UI;
  await assertPortFree(port, UI_PORT);
  const hidden = await pickAddress();
  if (hidden === undefined) {
    progress('The Web UI stays off: this system has no loopback address beside 127.0.0.1 to hide its unguarded side.');
    return NO_WEB_UI;
  }
  return guardedWebUi(port, hidden);
}

function guardedWebUi(port: number, { host, port: hiddenPort }: HiddenAddress): WebUi {
  let proxy: GuardedProxy | undefined;
  return {
    flags: ['--ui-ip', host, '--ui-port', String(hiddenPort)],
    port,
    open: async () => {
      proxy = await startGuardedProxy(port, { host, port: hiddenPort, name: "Temporal's Web UI" }, UI_PORT);
    },
    close: async () => proxy?.close(),
  };
}
