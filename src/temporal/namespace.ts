import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { pollUntil } from '../process/poll';
import { assertSameEnvironment } from './environment-stamp';
import { NamespaceError } from './errors';
import { GrpcStatus, hasStatus } from './grpc-status';
import { ENVIRONMENT_MARK, keyOf, marksOfNew } from './namespace-marks';

/** A server with several machines learns of a change by and by; its caches are refreshed every few seconds. */
export const USABLE_TIMEOUT_MS = 30_000;
export const USABLE_INTERVAL_MS = 200;
const MILLISECONDS_PER_HOUR = 3_600_000;

export interface NamespaceRequirements {
  readonly namespace: string;
  /** The namespace is stamped for it when it is created. */
  readonly environment: string;
  /** Used when the namespace is created; an existing one keeps its own. */
  readonly retentionHours: number;
  /** Signals older than this are refused by intake, seconds. */
  readonly dedupWindowSeconds: number;
}

/** Turns a server's refusal into a sentence that names the command for whoever has the rights. */
export function explainRefusal(error: unknown, what: string, command: string): unknown {
  if (!hasStatus(error, GrpcStatus.PERMISSION_DENIED, GrpcStatus.UNAUTHENTICATED, GrpcStatus.UNIMPLEMENTED))
    return error;
  const message = `The Temporal server does not let this program ${what} (${(error as Error).message}); have an administrator do it: ${command}.`;
  return new NamespaceError('NAMESPACE_SETUP_REFUSED', message, { cause: error });
}

/**
 * @returns the retention in seconds, or undefined when there is no such namespace
 * @throws EnvironmentMismatchError where it belongs to another environment
 */
async function readRetentionSeconds(
  connection: Connection,
  { namespace, environment }: NamespaceRequirements,
): Promise<number | undefined> {
  try {
    const { config, namespaceInfo } = await connection.workflowService.describeNamespace({ namespace });
    const owner = namespaceInfo?.data?.[keyOf(ENVIRONMENT_MARK)];
    if (owner !== undefined) assertSameEnvironment(namespace, owner, environment);
    return Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
  } catch (error) {
    if (hasStatus(error, GrpcStatus.NOT_FOUND)) return undefined;
    throw error;
  }
}

async function createNamespace(
  connection: Connection,
  { namespace, environment, retentionHours }: NamespaceRequirements,
): Promise<void> {
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      description: 'oncefill: trading signals and the entities that pace and fund their orders',
      workflowExecutionRetentionPeriod: msToTs(retentionHours * MILLISECONDS_PER_HOUR),
      data: marksOfNew(environment),
    });
  } catch (error) {
    // Another process that starts at the same moment was faster.
    if (hasStatus(error, GrpcStatus.ALREADY_EXISTS)) return;
    const data = Object.entries(marksOfNew(environment)).map(([key, value]) => `--data ${key}=${value}`);
    const command = `temporal operator namespace create --namespace ${namespace} --retention ${retentionHours}h ${data.join(' ')}`;
    throw explainRefusal(error, `create the namespace "${namespace}"`, command);
  }
}

async function isUsable(connection: Connection, namespace: string): Promise<boolean> {
  try {
    await connection.workflowService.countWorkflowExecutions({ namespace, query: '' });
    return true;
  } catch (error) {
    if (hasStatus(error, GrpcStatus.NOT_FOUND)) return false;
    throw error;
  }
}

/**
 * Makes sure that the namespace exists and that nothing can be traded twice in it: the server must remember an ended
 * signal for longer than intake accepts its repetition. An existing namespace is only read, never changed.
 *
 * @returns whether the namespace was created
 * @throws NamespaceError, and EnvironmentMismatchError where it belongs to another environment
 */
export async function ensureNamespace(connection: Connection, requirements: NamespaceRequirements): Promise<boolean> {
  const { namespace, retentionHours, dedupWindowSeconds } = requirements;
  let retentionSeconds = await readRetentionSeconds(connection, requirements);
  const isMissing = retentionSeconds === undefined;
  if (isMissing) {
    await createNamespace(connection, requirements);
    const poll = { intervalMs: USABLE_INTERVAL_MS, timeoutMs: USABLE_TIMEOUT_MS };
    if (!(await pollUntil(() => isUsable(connection, namespace), poll))) {
      const message = `The namespace "${namespace}" was created but is not usable after ${USABLE_TIMEOUT_MS} ms; start again.`;
      throw new NamespaceError('NAMESPACE_NOT_USABLE', message);
    }
    // Read back: if another process created it meanwhile, its retention counts.
    retentionSeconds = await readRetentionSeconds(connection, requirements);
  }
  if ((retentionSeconds ?? 0) <= dedupWindowSeconds) {
    const message = `The namespace "${namespace}" keeps ended workflows for ${retentionSeconds ?? 0} s, which is not longer than the dedup window of ${dedupWindowSeconds} s, so a signal could be traded twice; raise its retention: temporal operator namespace update --namespace ${namespace} --retention ${retentionHours}h.`;
    throw new NamespaceError('NAMESPACE_RETENTION_TOO_SHORT', message);
  }
  return isMissing;
}
