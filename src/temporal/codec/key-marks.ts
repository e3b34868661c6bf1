import type { Client } from '@temporalio/client';
import { GrpcStatus, hasStatus } from '../grpc-status';
import { explainRefusal } from '../namespace';
import { HistoryKeyError } from './history-key-error';
import { historyKeys } from './history-keys';
import { isKeyId, type HistoryKey, type KeyRing } from './key-ring';
import { missingKey, open, seal, wrongKey } from './seal';

/** What the namespace's own data say of keys: a mark for each, and which one seals since when. */
const KEY_PREFIX = 'oncefill.history-key.';
const SEALING_MARK = 'oncefill.history-sealing';

/** `used`: histories are sealed with it, and whoever starts must have it. `known`: a trading engine has it, and may read it. */
type KeyState = 'used' | 'known';

interface KeyMark {
  readonly id: string;
  readonly state: KeyState;
  /** Opens with the very key, and with no other of its id. */
  readonly proof: Uint8Array;
}

/** What a namespace remembers of its keys. */
interface KeyMarks {
  readonly keys: readonly KeyMark[];
  /** The key that seals, and since when: until then others may have. */
  readonly sealing?: { readonly id: string; readonly sinceMs: number };
}

/** Who asks. Engines teach the namespace keys; others seal with nothing that no engine can read. */
export type KeyUser = 'engine' | 'other';

type MarkData = Readonly<Record<string, string>>;

/** @returns nothing of a namespace that there is not yet */
async function readData(client: Client): Promise<MarkData> {
  try {
    const { namespaceInfo } = await client.workflowService.describeNamespace({ namespace: client.options.namespace });
    return namespaceInfo?.data ?? {};
  } catch (error) {
    if (hasStatus(error, GrpcStatus.NOT_FOUND)) return {};
    throw error;
  }
}

function parseMarks(data: MarkData): KeyMarks {
  const keys = Object.entries(data).flatMap(([name, value]): KeyMark[] => {
    const id = name.slice(KEY_PREFIX.length);
    // An empty mark is a retired key: the server lets nobody remove one.
    if (!name.startsWith(KEY_PREFIX) || value === '' || !isKeyId(id)) return [];
    const [state, proof = ''] = value.split(' ');
    return [{ id, state: state === 'known' ? 'known' : 'used', proof: Buffer.from(proof, 'base64') }];
  });
  const [id = '', since = ''] = (data[SEALING_MARK] ?? '').split(' ');
  const sinceMs = Date.parse(since);
  return { keys, sealing: isKeyId(id) && Number.isFinite(sinceMs) ? { id, sinceMs } : undefined };
}

function writtenMark(state: KeyState, key: HistoryKey): string {
  const { data } = seal({ metadata: {}, data: Buffer.from(key.id, 'utf8') }, key);
  return `${state} ${Buffer.from(data ?? []).toString('base64')}`;
}

/** Compares a mark's key with the one that this process has under its id. @throws HistoryKeyError (HISTORY_KEY_WRONG) */
function checkProof({ id, proof }: KeyMark, key: HistoryKey, keys: KeyRing): void {
  const sealed = seal({ metadata: {}, data: Buffer.from(id, 'utf8') }, key);
  try {
    open({ ...sealed, data: proof }, keys);
  } catch (error) {
    throw wrongKey(id, error);
  }
}

/**
 * @throws HistoryKeyError where this process lacks a key that is in use, or has another one under its id
 */
function checkHeld({ keys: marks }: KeyMarks, keys: KeyRing): void {
  for (const mark of marks) {
    const key = keys.find(mark.id);
    if (key) checkProof(mark, key, keys);
    else if (mark.state === 'used') throw missingKey(mark.id, keys);
  }
}

/** The marks that must be written before this process may seal. @throws HistoryKeyError (HISTORY_KEY_UNKNOWN) */
function missingMarks(marks: KeyMarks, keys: KeyRing, user: KeyUser): MarkData {
  const { sealing } = keys;
  if (!sealing) return {};
  const stateOf = (id: string): KeyState | undefined => marks.keys.find((mark) => mark.id === id)?.state;
  const isFirstEver = marks.keys.every(({ state }) => state !== 'used');
  if (stateOf(sealing.id) === undefined && !(user === 'engine' && isFirstEver)) throw unknownKey(sealing.id, user);
  const additions: Record<string, string> = {};
  if (stateOf(sealing.id) !== 'used') additions[KEY_PREFIX + sealing.id] = writtenMark('used', sealing);
  if (marks.sealing?.id !== sealing.id) additions[SEALING_MARK] = `${sealing.id} ${new Date().toISOString()}`;
  const others = user === 'engine' ? keys.keys.slice(1) : [];
  for (const key of others) {
    if (stateOf(key.id) === undefined) additions[KEY_PREFIX + key.id] = writtenMark('known', key);
  }
  return additions;
}

function unknownKey(id: string, user: KeyUser): HistoryKeyError {
  const message =
    user === 'engine'
      ? `The history key "${id}" stands first and would seal, but no process has been started with it yet, so that others could not read it: put it second, start every process, and then put it first.`
      : `The history key "${id}" would seal, but no trading engine has it yet: start the trading engine with it first, or put a key first that the engine has.`;
  return new HistoryKeyError('HISTORY_KEY_UNKNOWN', message);
}

/**
 * Makes sure that this process can read what others wrote and that others can read what it writes, before it writes: the
 * keys in use are marked in the namespace's own data, which outlive every workflow.
 *
 * @throws HistoryKeyError, and NamespaceError where the server does not let this program mark the namespace
 */
export async function claimHistoryKeys(client: Client, user: KeyUser, keys: KeyRing = historyKeys()): Promise<void> {
  const marks = parseMarks(await readData(client));
  checkHeld(marks, keys);
  const additions = missingMarks(marks, keys, user);
  if (Object.keys(additions).length === 0) return;
  await writeData(client, additions);
  // Read back: of two that begin at once with two keys of one id, one has the last word.
  checkHeld(parseMarks(await readData(client)), keys);
}

async function writeData(client: Client, data: MarkData): Promise<void> {
  const { namespace } = client.options;
  try {
    await client.workflowService.updateNamespace({ namespace, updateInfo: { data } });
  } catch (error) {
    const words = Object.entries(data).map(([name, value]) => `--data '${name}=${value}'`);
    const command = `temporal operator namespace update --namespace ${namespace} ${words.join(' ')}`;
    throw explainRefusal(error, `mark the history keys of the namespace "${namespace}"`, command);
  }
}

/** What came of retiring a key. */
export type RetireResult =
  | { readonly status: 'retired' }
  /** Nobody remembers such a key: it may be dropped. */
  | { readonly status: 'unknown' }
  /** It seals now. */
  | { readonly status: 'sealing' }
  /** Runs of before the present key sealed are still kept, or run. */
  | { readonly status: 'needed'; readonly runs: number; readonly sinceMs: number };

/**
 * Ends that a key is asked for, once nothing that it sealed is kept any more. Processes may then be started without it.
 *
 * @param id of a key that does not seal any more
 */
export async function retireHistoryKey(client: Client, id: string): Promise<RetireResult> {
  const { keys, sealing } = parseMarks(await readData(client));
  const mark = keys.find((key) => key.id === id);
  if (!mark) return { status: 'unknown' };
  if (sealing === undefined || sealing.id === id) return { status: 'sealing' };
  if (mark.state === 'used') {
    const { namespace } = client.options;
    const query = `StartTime < '${new Date(sealing.sinceMs).toISOString()}'`;
    const { count } = await client.workflowService.countWorkflowExecutions({ namespace, query });
    const runs = Number(count);
    if (runs > 0) return { status: 'needed', runs, sinceMs: sealing.sinceMs };
  }
  await writeData(client, { [KEY_PREFIX + id]: '' });
  return { status: 'retired' };
}
