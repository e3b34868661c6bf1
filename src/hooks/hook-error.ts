/**
 * Every answer of the hooks that is no success, beside the denial codes of a signal. 5xx: the same alert may be taken later, and
 * senders such as TradingView send it again then, and only then. 4xx: as it is it never will be.
 */
const HOOK_ERRORS = {
  MALFORMED_BODY: [400, 'The body cannot be read.'],
  UNAUTHENTICATED: [401, 'The alert does not have the secret of this source.'],
  HOST_REFUSED: [403, 'The Host header is none of this server; add the name of your tunnel to hooks.allowedHosts.'],
  ORIGIN_REFUSED: [403, 'Requests from web pages are refused; send alerts from a program, without an Origin header.'],
  FORWARDED_REFUSED: [
    403,
    'This source takes alerts of programs on this machine alone, and this one was passed on; give the source a secret (authentication: body).',
  ],
  NOT_FOUND: [404, 'There is nothing here but POST /hooks/SOURCE, for the sources in hooks.sources.'],
  METHOD_REFUSED: [405, 'Alerts are sent with POST.'],
  REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
  CONFLICTING: [409, 'Another signal was accepted under the same fingerprint.'],
  BODY_TOO_LARGE: [413, 'The body is larger than hooks.bodyLimitBytes.'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'The content type must be application/json or text/plain.'],
  INVALID_ALERT: [422, 'No signal can be made of the alert.'],
  TOO_MANY_ATTEMPTS: [429, 'Too many alerts without the secret of this source came in.'],
  HEADERS_TOO_LARGE: [431, 'The headers are too large.'],
  INTERNAL_ERROR: [500, 'Something went wrong here; the log api_YYYYMMDD.log says what. Send the same alert again.'],
  RATE_LIMITED: [503, 'The source sends more than its perMinute allows; send the same alert again in a moment.'],
  TOO_BUSY: [503, 'Too many alerts are being worked on; send the same one again in a moment.'],
  NOT_YET: [503, 'The position is being opened; send the same alert again in a moment.'],
  POSITION_COMMAND_REFUSED: [503, 'The position cannot be closed now.'],
  TIMED_OUT: [
    503,
    'Whether the alert was taken is not known yet. Send the same one again: it becomes at most one order.',
  ],
  SERVER_UNAVAILABLE: [
    503,
    'The Temporal server cannot be reached. Send the same alert again: it becomes at most one order.',
  ],
  OTHER_STORE: [
    503,
    'The Temporal server holds another store than the one that is traded with here; a person has to look at it ("oncefill store show").',
  ],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type HookErrorCode = keyof typeof HOOK_ERRORS;

/** Thrown on the way of an alert, turned into a reply by the server's error handler. */
export class HookError extends Error {
  override readonly name = 'HookError';
  readonly statusCode: number;

  /** @param message what is said instead of the catalogue's sentence */
  constructor(
    readonly code: HookErrorCode,
    message: string = HOOK_ERRORS[code][1],
  ) {
    super(message);
    this.statusCode = HOOK_ERRORS[code][0];
  }
}

/** Our code for the failures that Fastify and Node's HTTP parser report before a route is reached. */
const FRAMEWORK_ERRORS: Readonly<Record<string, HookErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_MAX_PARAM_LENGTH: 'NOT_FOUND',
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/** The answer to any failure; of others than ours nothing is repeated, because their messages may hold anything. */
export function toHookError(error: unknown): HookError {
  if (error instanceof HookError) return error;
  const { code, statusCode } = (error ?? {}) as { code?: string; statusCode?: number };
  const known = code !== undefined && Object.hasOwn(FRAMEWORK_ERRORS, code) ? FRAMEWORK_ERRORS[code] : undefined;
  if (known) return new HookError(known);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new HookError('MALFORMED_BODY', 'The request is not valid HTTP.');
  }
  return new HookError('INTERNAL_ERROR');
}
