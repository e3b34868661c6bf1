import { ServerUnavailableError } from './errors';
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
}

/** @throws what the client throws, and an Error when nobody answers in time */
export async function askStore(asker: StoreAsker, namespace: string): Promise<FoundStore> {
  const answer = readFoundStore(asker, namespace);
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

/** The error of a process that must not act because it could not ask. */
export function unconfirmed(address: string, cause: unknown): ServerUnavailableError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `The Temporal server at ${address} does not say which store it has (${reason}): nothing is done until it answers.`;
  return new ServerUnavailableError('TEMPORAL_UNREACHABLE', message, { cause });
}

/** @throws ServerUnavailableError when nobody answers in time */
export async function findStore({ place, address, asker }: StoreQuestion): Promise<FoundStore> {
  try {
    return await askStore(asker, place.namespace);
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
