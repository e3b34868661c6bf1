import { isProcessRunning } from '../process/pid-file';
import { embeddedAddress } from './connection';
import { ServerUnavailableError } from './errors';
import { readServerRecord } from './server-record';
import type { StoreGate } from './store-gate';
import {
  compareStore,
  isSameStore,
  otherStore,
  readFoundStore,
  readStoreIdentity,
  type FoundStore,
  type StoreAsker,
  type StoreIdentity,
  type StorePlace,
} from './store-identity';

/** Longest wait for the answer: a client repeats a call that fails, and may do so for long. */
const ANSWER_TIMEOUT_MS = 2_000;

/** Where a store is met, and what is asked for it. */
export interface StoreQuestion {
  readonly place: StorePlace;
  /** The server's, for people. */
  readonly address: string;
  readonly asker: StoreAsker;
  /** The server is the one that a start on this data folder runs. */
  readonly isEmbedded?: boolean;
}

/**
 * @param told see `readFoundStore`
 * @throws what the client throws, and an Error when nobody answers in time
 */
export async function askStore(
  asker: StoreAsker,
  namespace: string,
  told?: Pick<FoundStore, 'clusterId'>,
): Promise<FoundStore> {
  const answer = readFoundStore(asker, namespace, told);
  // One that fails after all tells nobody anything.
  answer.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`)), ANSWER_TIMEOUT_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Another program than the embedded server answers at its port. */
export class StrangeServerError extends Error {
  override readonly name = 'StrangeServerError';
}

/**
 * The embedded server tells its ids to whoever asks, and a copy of its database has the same: who answers at its port must
 * be the process that was started there. Call it once somebody has answered.
 *
 * @throws StrangeServerError where that one has ended
 */
export function assertOurServer({ place, address, isEmbedded = false }: Omit<StoreQuestion, 'asker'>): void {
  const record = isEmbedded ? readServerRecord(place.dataDir) : undefined;
  if (!record || embeddedAddress(record.port) !== address || isProcessRunning(record.server)) return;
  throw new StrangeServerError(
    `the server of this data folder, process ${record.server.pid}, has ended, and another program answers`,
  );
}

/** The error of a process that must not act because it could not ask. */
export function unconfirmed(address: string, cause: unknown): ServerUnavailableError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `The Temporal server at ${address} does not say which store it has (${reason}): nothing is done until it answers.`;
  return new ServerUnavailableError('TEMPORAL_UNREACHABLE', message, { cause });
}

/** @throws ServerUnavailableError when nobody answers in time */
export async function findStore(question: StoreQuestion): Promise<FoundStore> {
  const { place, address, asker } = question;
  try {
    const found = await askStore(asker, place.namespace);
    assertOurServer(question);
    return found;
  } catch (error) {
    throw unconfirmed(address, error);
  }
}

/**
 * Before a start makes anything: a store that lost our namespace is not the one that was kept.
 *
 * @throws OtherStoreError, ServerUnavailableError
 */
export async function assertOwnStore(question: StoreQuestion): Promise<void> {
  const { place, address } = question;
  const kept = readStoreIdentity(place);
  if (!kept) return;
  const found = await findStore(question);
  if (!isSameStore(kept, found)) throw otherStore(place, address, kept, found);
}

/**
 * Once the namespace is there: keeps the store if it is the first that this data folder meets.
 *
 * @throws OtherStoreError, NamespaceError, ServerUnavailableError
 */
export async function keepOwnStore(question: StoreQuestion): Promise<StoreIdentity | undefined> {
  return compareStore({ ...question, found: await findStore(question), keeps: true });
}

/**
 * For a process that does one thing: asks at every call. Where nothing is kept there is nothing to compare with, and
 * nothing is kept by it.
 */
export function askingGate(question: StoreQuestion): StoreGate {
  return {
    isConfirmed: false,
    async confirm() {
      compareStore({ ...question, found: await findStore(question), keeps: false });
    },
  };
}
