import { join } from 'node:path';
import type { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { NamespaceError, OtherStoreError } from './errors';
import { GrpcStatus, hasStatus } from './grpc-status';
import { keepFirst, keepInstead, readKept } from './kept-file';

const storeIdentity = z.strictObject({
  /** Made by the database's first start; absent: the server did not tell it. */
  clusterId: z.string().min(1).optional(),
  /** Made at the namespace's creation. */
  namespaceId: z.string().min(1),
});

/** Which store a server has: it survives restarts and moves, and no new database has it again. */
export type StoreIdentity = z.infer<typeof storeIdentity>;

/** What a server shows of itself. Without a namespace id it has no such namespace. */
export type FoundStore = Partial<StoreIdentity>;

/** Whose identity is kept where: one for each namespace of a data folder. */
export interface StorePlace {
  readonly dataDir: string;
  readonly namespace: string;
}

/** What is asked for an identity. */
export type StoreAsker = Pick<Client | Connection, 'workflowService'>;

/** Namespaces have names of letters, digits and hyphens (src/config/schema.ts). */
export function storeIdentityPath({ dataDir, namespace }: StorePlace): string {
  return join(dataDir, 'store', `${namespace}.json`);
}

/**
 * @returns undefined when this data folder has not met a store yet
 * @throws OtherStoreError when the file cannot be read as what was kept: what is not known cannot be compared
 */
export function readStoreIdentity(place: StorePlace): StoreIdentity | undefined {
  const path = storeIdentityPath(place);
  const text = readKept(path);
  if (text === undefined) return undefined;
  const identity = storeIdentity.safeParse(parseJson(text)).data;
  if (identity) return identity;
  throw new OtherStoreError(
    `${path} is damaged, so it cannot be told whether the Temporal server holds the store that this data folder has traded with; bring the file back from a copy, or accept the store that is there: oncefill store accept --reason TEXT.`,
  );
}

/** Keeps the identity of the first store that this data folder meets. @returns the one that is kept */
export function keepStoreIdentity(place: StorePlace, found: StoreIdentity): StoreIdentity {
  keepFirst(storeIdentityPath(place), textOf(found));
  // Another process may have been first.
  return readStoreIdentity(place) ?? found;
}

/** Puts another store's identity in the place of the kept one: a person's decision. */
export function replaceStoreIdentity(place: StorePlace, found: StoreIdentity): void {
  keepInstead(storeIdentityPath(place), textOf(found));
}

/**
 * Asks the server which store it has. A server that tells nobody its cluster's id is known by its namespace alone.
 *
 * @param told what the same server, on a connection that stands since, has told of its cluster: it is not asked again
 * @throws what the client throws when the server does not answer
 */
export async function readFoundStore(
  { workflowService }: StoreAsker,
  namespace: string,
  told?: Pick<FoundStore, 'clusterId'>,
): Promise<FoundStore> {
  const { NOT_FOUND, PERMISSION_DENIED, UNIMPLEMENTED } = GrpcStatus;
  const [cluster, described] = await Promise.all([
    told ?? workflowService.getClusterInfo({}).catch(forgive(PERMISSION_DENIED, UNIMPLEMENTED)),
    workflowService.describeNamespace({ namespace }).catch(forgive(NOT_FOUND)),
  ]);
  return { clusterId: cluster?.clusterId || undefined, namespaceId: described?.namespaceInfo?.id || undefined };
}

/**
 * Whether a server has the store that was kept.
 *
 * A kept cluster id must be told again; one that was never told cannot be asked for.
 */
export function isSameStore(kept: StoreIdentity, found: FoundStore): boolean {
  const isCluster = kept.clusterId === undefined || kept.clusterId === found.clusterId;
  return isCluster && kept.namespaceId === found.namespaceId;
}

/** In words for people. */
export function describeStore({ clusterId, namespaceId }: FoundStore): string {
  return `cluster ${clusterId ?? 'unknown'}, namespace ${namespaceId ?? 'missing'}`;
}

/** The one sentence about a store that is not ours. */
export function otherStore(
  place: StorePlace,
  address: string,
  kept: StoreIdentity,
  found: FoundStore,
): OtherStoreError {
  return new OtherStoreError(
    `The Temporal server at ${address} holds another store (${describeStore(found)}) than the one that ${place.dataDir} has traded with in the namespace ${place.namespace} (${describeStore(kept)}): it knows none of its signals and reservations, so a signal could be traded twice. Bring back the old server and its database, or, if it is gone for good, accept this one: oncefill store accept --reason TEXT.`,
  );
}

export interface Comparison {
  readonly place: StorePlace;
  /** The server's, for people. */
  readonly address: string;
  readonly found: FoundStore;
  /** Whether a first store is kept: by whoever runs parts of the system, not by a command that passes by. */
  readonly keeps: boolean;
  /** What this process has compared with before, whatever became of the file since. */
  readonly remembered?: StoreIdentity;
}

/**
 * Holds what a server shows against what is kept.
 *
 * @returns what it was compared with; undefined: nothing is kept
 * @throws OtherStoreError, and NamespaceError where there is no such namespace and nothing is kept
 */
export function compareStore({ place, address, found, keeps, remembered }: Comparison): StoreIdentity | undefined {
  const { namespaceId } = found;
  const kept = readStoreIdentity(place) ?? remembered;
  if (kept) {
    if (!isSameStore(kept, found)) throw otherStore(place, address, kept, found);
    return kept;
  }
  if (namespaceId === undefined) {
    const message = `The Temporal server at ${address} has no namespace "${place.namespace}": "oncefill start" makes it.`;
    throw new NamespaceError('NAMESPACE_MISSING', message);
  }
  if (!keeps) return undefined;
  const first = keepStoreIdentity(place, { ...found, namespaceId });
  // Another process of this folder may have met another store in the same moment.
  if (!isSameStore(first, found)) throw otherStore(place, address, first, found);
  return first;
}

function forgive(...codes: readonly number[]): (error: unknown) => undefined {
  return (error) => {
    if (!hasStatus(error, ...codes)) throw error;
  };
}

function textOf(identity: StoreIdentity): string {
  return `${JSON.stringify(identity, undefined, 2)}\n`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whatever is no JSON is no identity; the caller says so.
    return undefined;
  }
}
