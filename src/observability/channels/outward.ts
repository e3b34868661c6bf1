import { Agent, ProxyAgent, request, type Dispatcher } from 'undici';
import { faultOfOutwardUrl } from '../../config/alert-urls';
import { outwardProxyOf } from '../../net/outward-proxy';
import { redact } from '../../secrets/known-secrets';
import type { Secret } from '../../secrets/secret';
import { cutText, oneLine } from './cut';

/** The longest that connecting, the head and each part of an answer may take. */
const STEP_TIMEOUT_MS = 10_000;
/** From the first byte to the last of the answer. */
const REQUEST_TIMEOUT_MS = 20_000;
/** Answers are a line or two; more is not read. */
const ANSWER_BYTES_MAX = 65_536;
/** Of what the other side says, in a message of ours. */
const WORDS_LENGTH_MAX = 300;

export interface OutwardRequest {
  /** The whole address; a secret, because a token is part of it. */
  readonly address: Secret;
  /** For messages, in place of the address. */
  readonly name: string;
  /** Sent as JSON with POST; absent: GET. */
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OutwardAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/**
 * One request to another machine: through the proxy that the environment names, bounded in time and size, redirects not
 * followed, certificates verified whatever Node's variables say. No message holds the address.
 *
 * @throws Error with one sentence when no answer came; ProxyError
 */
export async function askOutside(
  { address, name, json, headers }: OutwardRequest,
  signal: AbortSignal,
): Promise<OutwardAnswer> {
  const url = address.reveal();
  const fault = faultOfOutwardUrl(url);
  if (fault !== undefined) throw new Error(`The address of ${name} ${fault}.`);
  const dispatcher = dispatcherFor(url);
  try {
    const answer = await request(url, {
      dispatcher,
      method: json === undefined ? 'GET' : 'POST',
      headers: {
        'user-agent': 'oncefill',
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: json === undefined ? undefined : JSON.stringify(json),
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    });
    return { status: answer.statusCode, headers: answer.headers, body: await readBounded(answer.body) };
  } catch (error) {
    // Its message may quote the address, which holds a token: only its code is told.
    throw new Error(`${name} gave no answer (${codeOf(error)}).`);
  } finally {
    // Alerts are rare: no socket is kept. What hangs must not hold up who waits for it.
    void dispatcher.destroy().catch(() => undefined);
  }
}

function dispatcherFor(address: string): Dispatcher {
  const connect = { timeout: STEP_TIMEOUT_MS, rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const;
  const options = {
    connections: 1,
    headersTimeout: STEP_TIMEOUT_MS,
    bodyTimeout: STEP_TIMEOUT_MS,
    autoSelectFamily: true,
  };
  const proxy = outwardProxyOf(address);
  if (proxy === undefined) return new Agent({ ...options, connect });
  return new ProxyAgent({
    ...options,
    uri: proxy.origin,
    token: proxy.authorization,
    requestTls: connect,
    proxyTls: connect,
  });
}

async function readBounded(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    // The rest is left: a long answer is an answer, and to send the message again would repeat it.
    if (bytes >= ANSWER_BYTES_MAX) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, ANSWER_BYTES_MAX);
}

function codeOf(error: unknown): string {
  const { code, name, cause } = error as NodeJS.ErrnoException & { readonly cause?: unknown };
  if (name === 'TimeoutError' || name === 'AbortError') return 'it took too long';
  if (typeof code === 'string') return wordsOfCode(code);
  return cause instanceof Error ? codeOf(cause) : 'unknown reason';
}

/** The library's own codes say nothing to people; the system's can be looked up. */
function wordsOfCode(code: string): string {
  if (/^UND_ERR_.*TIMEOUT$/.test(code)) return 'it took too long';
  if (/^UND_ERR_(?:SOCKET|CLOSED|DESTROYED|ABORTED)$/.test(code)) return 'the connection broke';
  return code.startsWith('UND_ERR_') ? 'what came is no answer of a web server' : code;
}

/** What the other side said, as part of a sentence: on one line, cut, without secrets. */
export function wordsOfAnswer(text: string): string {
  return cutText(redact(oneLine(text.slice(0, ANSWER_BYTES_MAX))), WORDS_LENGTH_MAX);
}
