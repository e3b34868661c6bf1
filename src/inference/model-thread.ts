/**
 * The thread that holds the model. A run of the runtime blocks the thread that asks for it from beginning to end, and the one that
 * talks to the server, and says that the process lives, must never wait for it.
 *
 * onnxruntime-node is loaded here and nowhere else: only a process that predicts pays for it.
 */
import { parentPort } from 'node:worker_threads';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import type { Graph, GraphValue, Run, ThreadReply, ThreadRequest, ThreadTask } from './thread-messages';

/** Fatal only: the runtime writes to standard error by itself, past our logs, and every error is thrown as well. */
const LOG_SEVERITY_FATAL = 4;

/** By execution provider. */
const sessions = new Map<string, InferenceSession>();

env.logLevel = 'fatal';
parentPort?.on('message', (request: ThreadRequest) => void answer(request));

async function answer({ id, task }: ThreadRequest): Promise<void> {
  let reply: ThreadReply;
  try {
    reply = { id, result: await perform(task) };
  } catch (error) {
    reply = { id, failure: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(reply);
}

async function perform(task: ThreadTask): Promise<Graph | readonly Float32Array[] | undefined> {
  switch (task.kind) {
    case 'open':
      return open(task.provider, task.content);
    case 'run':
      return run(sessionOf(task.provider), task.run);
    case 'release':
      await sessionOf(task.provider).release();
      sessions.delete(task.provider);
      return undefined;
  }
}

function sessionOf(provider: string): InferenceSession {
  const session = sessions.get(provider);
  if (!session) throw new Error(`no session of ${provider} is open`);
  return session;
}

async function open(provider: string, content: Uint8Array): Promise<Graph> {
  const session = await InferenceSession.create(content, {
    executionProviders: [provider],
    // A second thread makes models of this size no faster, and threads that spin after a run take other processes' time.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    logSeverityLevel: LOG_SEVERITY_FATAL,
  });
  sessions.set(provider, session);
  return { inputs: session.inputMetadata.map(toValue), outputs: session.outputMetadata.map(toValue) };
}

function toValue(value: InferenceSession.ValueMetadata): GraphValue {
  return value.isTensor ? { name: value.name, type: value.type, shape: value.shape } : { name: value.name, shape: [] };
}

async function run(
  session: InferenceSession,
  { inputName, data, dimensions, outputNames }: Run,
): Promise<Float32Array[]> {
  const results = await session.run({ [inputName]: new Tensor('float32', data, dimensions) }, outputNames);
  return outputNames.map((name) => {
    const values = results[name]?.data;
    if (!(values instanceof Float32Array)) throw new Error(`the output ${name} is not float32`);
    return values;
  });
}
