/**
 * Asks the API. Every refusal becomes an error with the API's own sentence.
 */

/** The API itself gives up before. */
const ANSWER_TIMEOUT_MS = 40_000;
/** There was no valid token too often: one that is valid is let in all the same. */
const TOO_OFTEN = 'TOO_MANY_ATTEMPTS';

/**
 * @param {number} status of an answer of the API that is asked with the browser's session
 * @param {string | undefined} code of its body
 */
export function needsToken(status, code) {
  return status === 401 || code === TOO_OFTEN;
}

export class ApiFailure extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {number} status 0: no answer came
   */
  constructor(code, message, status) {
    super(message);
    this.code = code;
    this.status = status;
  }

  get needsToken() {
    return needsToken(this.status, this.code);
  }
}

/**
 * @param {'GET' | 'POST' | 'DELETE'} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>} the answer's body; undefined: it has none
 * @throws ApiFailure
 */
export async function ask(method, path, body) {
  const response = await send(method, path, body);
  const text = await response.text().catch(() => '');
  const value = readJson(text);
  if (response.ok) return value;
  const { code = `HTTP_${response.status}`, message = `The API answered ${response.status} without a reason.` } =
    value ?? {};
  throw new ApiFailure(String(code), String(message), response.status);
}

/**
 * @param {'GET' | 'POST' | 'DELETE'} method
 * @param {string} path
 * @param {object | undefined} body
 */
async function send(method, path, body) {
  // Also without a body: a change has to come as JSON.
  const content =
    method === 'GET' ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) };
  try {
    return await fetch(path, { method, cache: 'no-store', signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS), ...content });
  } catch {
    const unsure =
      method === 'GET' ? 'Try again in a moment.' : 'Whether it was done is not known: look before you repeat it.';
    throw new ApiFailure('NO_ANSWER', `The API does not answer. ${unsure}`, 0);
  }
}

/** @param {string} text */
function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param {string} fingerprint */
export function signalPath(fingerprint) {
  return `/api/signals/${encodeURIComponent(fingerprint)}`;
}
