import { Agent, get } from 'node:http';

/**
 * Asks an HTTP server of this machine, and leaves the body of its answer. Not by `fetch`: that one goes through a proxy where
 * Node is told so by its variables.
 *
 * @returns the status
 * @throws Error when no answer came within `timeoutMs`
 */
export async function askThisMachine(url: string, timeoutMs: number): Promise<number> {
  const agent = new Agent();
  try {
    return await new Promise<number>((resolve, reject) => {
      const request = get(url, { agent, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
        response.once('error', reject).once('end', () => resolve(response.statusCode ?? 0));
        response.resume();
      });
      request.once('error', reject);
    });
  } finally {
    agent.destroy();
  }
}
