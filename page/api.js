/**
 * Asks the API. Every refusal becomes an error with the API's own sentence.
 */

/** The API itself gives up before. */
const ANSWER_TIMEOUT_MS = 40_000;
/** By status: there is no valid token, or there was none too often; one that is valid is let in with both. */
const TOKEN_NEEDED = [401, 429];

/** @param {number} status of an answer of the API that is asked with the browser's session */
export function needsToken(status) {
  return TOKEN_NEEDED.includes(status);
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
    return needsToken(this.status);
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
