import { DefaultLogger, Runtime } from '@temporalio/worker';

let installed = false;

/**
 * Temporal's runtime for processes without a log of their own (tests, attacks, measurements): errors only. There is one
 * per process, so the first call sets it.
 */
export function installQuietRuntime(): void {
  if (installed) return;
  installed = true;
  // Left alone, the SDK's native part writes to the terminal, among the results.
  const telemetryOptions = { logging: { forward: {}, filter: { core: 'ERROR', other: 'ERROR' } as const } };
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [], telemetryOptions });
}
