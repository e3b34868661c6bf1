import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { BenchSignal } from './signal-maker';

const POST_TIMEOUT_MS = 10_000;
/** Connections stay open, as those of any program that sends more than one signal. */
const agent = new Agent({ keepAlive: true });

export interface Posted {
  readonly status: number;
  readonly body: string;
}

/**
 * Sends a signal to the API. By Node's plain client: the sender shares its process, and its cores, with the engine that is
 * measured, and a real one does not.
 *
 * @throws what the client throws when the API does not answer in time
 */
export async function postSignal(apiUrl: string, signal: BenchSignal): Promise<Posted> {
  const { symbol, direction, strategy, timestampMs, amount } = signal;
  const content = JSON.stringify({ symbol, direction, strategy, timestamp: timestampMs, amount });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(`${apiUrl}/api/signals`, { method: 'POST', agent, headers, timeout: POST_TIMEOUT_MS });
    asked.once('response', resolve).once('error', reject);
    asked.once('timeout', () => asked.destroy(new Error(`no answer within ${POST_TIMEOUT_MS} ms`)));
    asked.end(content);
  });
  return { status: response.statusCode ?? 0, body: await text(response) };
}
