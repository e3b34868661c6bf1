import { Agent, get, type IncomingMessage } from 'node:http';

/** Answers of our own servers to a question about their health are far shorter. */
const BODY_BYTES_MAX = 1_048_576;

export interface MachineAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Asks an HTTP server of this machine. Not by `fetch`: that one goes through a proxy where Node is told so by its variables.
 *
 * @throws Error when no answer came within `timeoutMs`, or one beyond BODY_BYTES_MAX
 */
export async function askThisMachine(url: string, timeoutMs: number): Promise<MachineAnswer> {
  const agent = new Agent();
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, { agent, signal: AbortSignal.timeout(timeoutMs) }, resolve).once('error', reject);
    });
    return { status: response.statusCode ?? 0, body: await readBody(response) };
  } finally {
    agent.destroy();
  }
}

async function readBody(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) throw new Error(`its answer is longer than ${BODY_BYTES_MAX} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
