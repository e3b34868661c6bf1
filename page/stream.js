import { needsToken } from './api.js';
import { createEventReader } from './sse.js';
import { BEAT_INTERVAL_MS } from './terms.js';

/**
 * Keeps the stream of the server's news open. EventSource would not do: it tells neither that a token is needed nor why a viewer was
 * turned away.
 */

/**
 * @typedef {{ readonly kind: 'connecting' }
 *   | { readonly kind: 'open' }
 *   | { readonly kind: 'lost', readonly message: string }
 *   | { readonly kind: 'token needed', readonly message: string }
 *   | { readonly kind: 'paused' }} StreamState
 */

/** Without a word for so long the stream is dead, whatever the connection says. */
const SILENCE_MAX_MS = 3 * BEAT_INTERVAL_MS;
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 10_000;

const LOST = 'The connection to oncefill is lost.';
const SILENT = 'oncefill is silent.';

/** An answer that is no stream. */
class Refused extends Error {
  /**
   * @param {Response} response
   * @param {{ readonly code?: string, readonly message: string }} body
   */
  constructor({ status, headers }, { code, message }) {
    super(message);
    this.needsToken = needsToken(status, code);
    /** Not before, milliseconds; NaN: it says nothing of that. */
    this.retryAfterMs = Number(headers.get('retry-after') ?? Number.NaN) * 1_000;
  }
}

export class Stream {
  /** @type {AbortController | undefined} */
  #connection = undefined;
  #silence = 0;
  #retry = 0;
  #failures = 0;

  /**
   * @param {object} options
   * @param {string} options.url
   * @param {(event: string, data: unknown) => void} options.onEvent
   * @param {(state: StreamState) => void} options.onState
   */
  constructor({ url, onEvent, onState }) {
    this.url = url;
    this.onEvent = onEvent;
    this.onState = onState;
  }

  /** Connects, at once and anew. */
  open() {
    this.#end();
    this.#failures = 0;
    void this.#connect();
  }

  /** Ends it until it is opened again. */
  pause() {
    this.#end();
    this.onState({ kind: 'paused' });
  }

  #end() {
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    this.#connection?.abort();
    this.#connection = undefined;
  }

  async #connect() {
    const connection = new AbortController();
    this.#connection = connection;
    this.#hear();
    try {
      await this.#read(connection);
      throw new Error(LOST);
    } catch (error) {
      if (this.#connection === connection) this.#fail(error);
    }
  }

  /** @param {AbortController} connection */
  async #read({ signal }) {
    const response = await fetch(this.url, { headers: { accept: 'text/event-stream' }, cache: 'no-store', signal });
    if (!response.ok || !response.body) throw new Refused(response, await refusalOf(response));
    const take = createEventReader((event, data) => this.#takeEvent(event, data));
    const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await pieces.read();
      if (done) return;
      this.#hear();
      take(value);
    }
  }

  /**
   * @param {string} event
   * @param {string} data
   */
  #takeEvent(event, data) {
    const value = JSON.parse(data);
    this.onEvent(event, value);
    if (event !== 'hello') return;
    this.#failures = 0;
    this.onState({ kind: 'open' });
  }

  /** It lives: the wait for the next word begins. */
  #hear() {
    clearTimeout(this.#silence);
    const connection = this.#connection;
    this.#silence = setTimeout(() => {
      if (this.#connection === connection) this.#fail(new Error(SILENT));
    }, SILENCE_MAX_MS);
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#end();
    const message =
      error instanceof Refused || (error instanceof Error && error.message === SILENT) ? error.message : LOST;
    if (error instanceof Refused && error.needsToken) {
      this.onState({ kind: 'token needed', message });
      return;
    }
    this.onState({ kind: 'lost', message });
    const asked = error instanceof Refused && error.retryAfterMs > 0 ? error.retryAfterMs : 0;
    const delay = Math.min(RETRY_MAX_MS, Math.max(asked, RETRY_FIRST_MS * 2 ** this.#failures));
    this.#failures += 1;
    // Not all viewers at the same moment, when the server is back.
    this.#retry = setTimeout(() => void this.#connect(), delay * (0.75 + Math.random() / 2));
  }
}

/**
 * @param {Response} response
 * @returns {Promise<{ readonly code?: string, readonly message: string }>}
 */
async function refusalOf(response) {
  try {
    const { code, message } = await response.json();
    if (typeof message === 'string') return { code: typeof code === 'string' ? code : undefined, message };
  } catch {
    // It has no words of ours.
  }
  return { message: `oncefill answered ${response.status} without a reason.` };
}
