import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { venueAccountWorkflowId } from '../src/messages/ids';
import { GrpcStatus, isCausedByStatus } from '../src/temporal/grpc-status';

/** A namespace's data outlive every workflow of it. */
function markOf(venue: string): string {
  return `oncefill.account.${venue}`;
}

/**
 * Whether this namespace never had an account of this venue. The server forgets ended workflows after the retention; the
 * mark in the namespace's own data stays.
 */
export async function isFirstAccount(client: Client, venue: string): Promise<boolean> {
  try {
    await client.workflow.getHandle(venueAccountWorkflowId(venue)).describe();
    return false;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  const { namespaceInfo } = await client.workflowService.describeNamespace({ namespace: client.options.namespace });
  return !Object.hasOwn(namespaceInfo?.data ?? {}, markOf(venue));
}

/** Safe to repeat. Where the server does not let this program mark it, the server's memory of ended workflows must do. */
export async function markFirstAccount(client: Client, venue: string): Promise<void> {
  const { namespace } = client.options;
  const data = { [markOf(venue)]: new Date().toISOString() };
  try {
    await client.workflowService.updateNamespace({ namespace, updateInfo: { data } });
  } catch (error) {
    const { PERMISSION_DENIED, UNAUTHENTICATED, UNIMPLEMENTED } = GrpcStatus;
    if (!isCausedByStatus(error, PERMISSION_DENIED, UNAUTHENTICATED, UNIMPLEMENTED)) throw error;
  }
}
