import type { WorkflowClientInterceptor } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { SEARCH_ATTRIBUTES } from '../../src/messages/search-attributes';
import { askAgainWhenTooEarly } from '../../src/temporal/patient-query';
import { findTemporalServer, findTimeSkippingServer } from '../../src/temporal/server-binary';
import { dynamicConfigArguments } from '../../src/temporal/server-settings';
import { installQuietRuntime } from '../../harness/quiet-runtime';

/** The SDK waits five seconds for a server; on a machine that is busy with other test files that can be too short. */
const START_ATTEMPTS_MAX = 4;

/** Give it to the `beforeAll` that starts a server: a first run on a machine fetches the server's binary. */
export const SERVER_START_TIMEOUT_MS = 180_000;

/** As every client of the product: a workflow that has something to do first is asked again. */
const PATIENCE: WorkflowClientInterceptor = { query: (input, next) => askAgainWhenTooEarly(() => next(input)) };

function tellProgress(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function startWithRetries(start: () => Promise<TestWorkflowEnvironment>): Promise<TestWorkflowEnvironment> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (attempt === START_ATTEMPTS_MAX) throw error;
    }
  }
}

export interface TestServerOptions {
  /** Whether the server gets temporal-config's dynamic configuration, or keeps its own defaults. */
  readonly productConfig?: boolean;
  /** Dynamic configuration on top. */
  readonly dynamicConfig?: Readonly<Record<string, number | boolean>>;
}

/**
 * A real Temporal server in memory for one test file, with temporal-config's dynamic configuration and our search
 * attributes. Start it in `beforeAll` (with SERVER_START_TIMEOUT_MS), and call `teardown()` in `afterAll`.
 */
export async function startTestServer(
  namespace = 'default',
  { productConfig = true, dynamicConfig = {} }: TestServerOptions = {},
): Promise<TestWorkflowEnvironment> {
  const extra = Object.entries(dynamicConfig).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]);
  installQuietRuntime();
  const path = await findTemporalServer({ progress: tellProgress });
  return startWithRetries(() =>
    TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: 'existing-path', path },
        namespace,
        log: { format: 'json', level: 'error' },
        searchAttributes: [...SEARCH_ATTRIBUTES],
        extraArgs: [...(productConfig ? dynamicConfigArguments() : []), ...extra],
      },
      client: { interceptors: { workflow: [PATIENCE] } },
    }),
  );
}

/**
 * The server that skips time while a workflow's result is awaited. Time is global to it: run its tests one after another.
 * It knows neither our search attributes nor priorities; test entity workflows on `startTestServer`.
 */
export async function startTimeSkippingServer(): Promise<TestWorkflowEnvironment> {
  installQuietRuntime();
  const path = await findTimeSkippingServer({ progress: tellProgress });
  return startWithRetries(() =>
    TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } }),
  );
}
