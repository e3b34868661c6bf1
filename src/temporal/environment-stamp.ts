import type { Client } from '@temporalio/client';
import { ENVIRONMENT_MARK, readMark } from './namespace-marks';

/** The namespace belongs to another environment: its reservations and waiting signals must not meet this one's orders. */
export class EnvironmentMismatchError extends Error {
  override readonly name = 'EnvironmentMismatchError';
  readonly code = 'ENVIRONMENT_MISMATCH';
}

/**
 * Makes sure that the namespace is stamped for this environment. Its name proves nothing: whoever starts or changes
 * something in it asks this first.
 *
 * @throws EnvironmentMismatchError where it is another's, or nobody's yet
 */
export async function checkEnvironment(client: Client, environment: string): Promise<void> {
  const owner = await readMark(client, ENVIRONMENT_MARK);
  const { namespace } = client.options;
  if (owner === undefined) {
    throw new EnvironmentMismatchError(
      `The namespace "${namespace}" belongs to no environment yet, and this configuration is for ${environment}: start a trading engine in it first ("oncefill start"), or correct the namespace (temporal.namespace or TEMPORAL_NAMESPACE).`,
    );
  }
  assertSameEnvironment(namespace, owner, environment);
}

/**
 * The same for who comes before any engine, and acts on nothing yet: one that is nobody's will do.
 *
 * @throws EnvironmentMismatchError where it is another's
 */
export async function checkNotAnothers(client: Client, environment: string): Promise<void> {
  const owner = await readMark(client, ENVIRONMENT_MARK);
  if (owner !== undefined) assertSameEnvironment(client.options.namespace, owner, environment);
}

/** @throws EnvironmentMismatchError where the namespace belongs to another environment */
export function assertSameEnvironment(namespace: string, owner: string, environment: string): void {
  if (owner === environment) return;
  throw new EnvironmentMismatchError(
    `The namespace "${namespace}" belongs to ${owner}, and this configuration is for ${environment}: its waiting signals would become orders there. Give ${environment} a namespace of its own (temporal.namespace or TEMPORAL_NAMESPACE).`,
  );
}

/** The same, for whoever asks again and again: once it is stamped right, it stays so. */
export class EnvironmentStamp {
  private isKnown = false;

  constructor(
    private readonly client: Client,
    private readonly environment: string,
  ) {}

  /** @throws as checkEnvironment */
  async check(): Promise<void> {
    if (this.isKnown) return;
    await checkEnvironment(this.client, this.environment);
    this.isKnown = true;
  }

  /** It was found right before, so that the server need not be asked. */
  get isRight(): boolean {
    return this.isKnown;
  }
}
