import { HistoryFormatError } from '../temporal/recorded-events';
import { historyKeyErrorIn } from '../temporal/codec/history-key-error';

/**
 * Every error the API answers with: a stable code, its HTTP status and what it means. Codes that begin a refusal of a
 * signal itself (status 422) are denial codes.
 */
const API_ERRORS = {
  MALFORMED_REQUEST: [400, 'The request is not valid HTTP with a JSON body.'],
  MALFORMED_JSON: [400, 'The body is not valid JSON.'],
  INVALID_FINGERPRINT: [400, 'A fingerprint is 16 characters, 0-9 and a-f.'],
  INVALID_SETTLEMENT: [400, 'A settlement has filled_quantity, average_price, fee and reason, all of them text.'],
  INVALID_CANCELLATION: [400, 'A cancellation has one field, reason, text on one line.'],
  INVALID_POSITION_COMMAND: [
    400,
    'A position is told to close with a reason, and to protect with a reason and stop_loss, take_profit or trailing_distance.',
  ],
  INVALID_SESSION: [400, 'A session is opened with one field, token, text.'],
  INVALID_TRADING_COMMAND: [
    400,
    'Halt, reduce and resume take a reason, text on one line; halt and reduce also cancel_orders, true or false.',
  ],
  INVALID_ML_COMMAND: [
    400,
    'Predictions are paused and resumed with a reason, text on one line; settings are a map of names and values, {} to change them back.',
  ],
  INVALID_SILENCE: [
    400,
    'A silence has rule, for (30m, 2h or 1d, at most 7d), reason, and may have subject; to take one back: rule and subject.',
  ],
  INVALID_SYMBOL: [400, 'A symbol has 2 to 30 characters, A-Z and 0-9, such as BTCUSDT.'],
  INVALID_DAYS: [400, 'The only parameter is days, a whole number from 1 to 365.'],
  INVALID_QUERY: [400, 'The only parameter is minutes, a whole number from 1 to 10080.'],
  UNAUTHENTICATED: [
    401,
    'A valid API token is needed: Authorization: Bearer TOKEN. "oncefill token create" makes one.',
  ],
  FORWARDED_WITHOUT_TOKEN: [
    401,
    'This request was passed on by a proxy or a tunnel, behind which anybody may be: it needs an API token, also where this machine\'s own programs need none. "oncefill token create" makes one.',
  ],
  HOST_REFUSED: [
    403,
    'The Host header must be 127.0.0.1, localhost or [::1] with the port of the API, or one of api.allowedHosts.',
  ],
  ORIGIN_REFUSED: [
    403,
    'Requests from other web pages are refused, whoever has them open; send signals from a program, without an Origin header.',
  ],
  SCOPE_MISSING: [403, 'This token may only read; what trades needs one of the scope trade.'],
  NOT_FOUND: [404, 'There is no such route.'],
  SIGNAL_NOT_FOUND: [
    404,
    'No signal with this fingerprint is known; an ended one is forgotten after temporal.retentionHours.',
  ],
  POSITION_NOT_FOUND: [404, 'No position of this symbol is open, and none is remembered that was.'],
  ACCOUNT_NOT_FOUND: [404, 'No account of this venue runs: start the system with "oncefill start".'],
  PREDICTIONS_NOT_FOUND: [404, 'No predictions are made: none has started, or somebody ended them.'],
  SILENCE_NOT_FOUND: [404, 'No such silence stands.'],
  REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
  SETTLEMENT_REFUSED: [409, 'Only a signal whose order is missing can be settled.'],
  CANCELLATION_REFUSED: [
    409,
    'The signals of this namespace are not those of this installation; nothing was cancelled.',
  ],
  PREDICTIONS_REFUSED: [409, 'The predictions were not changed.'],
  TRADING_STATE_REFUSED: [409, 'The trading state was not changed.'],
  SILENCE_REFUSED: [409, 'There are as many silences as are kept: take one back.'],
  POSITION_COMMAND_REFUSED: [409, 'The position cannot do this now.'],
  NOT_EXPLAINABLE: [
    409,
    'What the Temporal server keeps under this fingerprint is no signal of this or an older release: look at who reaches the server.',
  ],
  BODY_TOO_LARGE: [413, 'The body is larger than api.bodyLimitBytes.'],
  UNSUPPORTED_MEDIA_TYPE: [
    415,
    'The content type must be application/json: send JSON with the header "Content-Type: application/json".',
  ],
  TOO_MANY_ATTEMPTS: [429, 'Too many requests without a valid token came from this address.'],
  TOO_MANY_OPENINGS: [429, 'The page was opened too often in a short time; it opens again in a moment.'],
  TOO_MANY_WINDOWS: [
    429,
    'The page is open in as many windows as one token, or this machine without one, may have at once: close one.',
  ],
  HEADERS_TOO_LARGE: [431, 'The headers are too large.'],
  INTERNAL_ERROR: [
    500,
    'Something went wrong here; the log api_YYYYMMDD.log says what. A signal may be sent again with the same timestamp: it becomes at most one order.',
  ],
  SERVER_UNAVAILABLE: [503, 'The Temporal server cannot be reached.'],
  TOKENS_UNUSABLE: [503, 'The API tokens cannot be read, so that nobody is let in; the log api_YYYYMMDD.log says why.'],
  AUDIT_UNAVAILABLE: [503, 'Nothing was done, because it could not be audited; the log api_YYYYMMDD.log says why.'],
  OTHER_STORE: [
    503,
    'The Temporal server holds another store than the one that is traded with here: no signal is accepted until a person has looked at it ("oncefill store show"). Send it again with the same timestamp then.',
  ],
  HISTORY_UNREADABLE: [503, 'What the Temporal server keeps is sealed with a key that this process does not have.'],
  METRICS_UNAVAILABLE: [503, 'The metrics cannot be collected at the moment.'],
  TOO_BUSY: [
    503,
    'Too many requests are being worked on; send this one again in a second, a signal with the same timestamp.',
  ],
  TOO_MANY_VIEWERS: [503, 'The page is open in as many windows as are served at once: close one.'],
  TIMED_OUT: [
    504,
    'No answer came in time. A signal may have been accepted; send it again with the same timestamp: it becomes at most one order.',
  ],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type ApiErrorCode = keyof typeof API_ERRORS;

/** The body of every error. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
}

/** An answer other than success. Thrown by routes, turned into a reply by the server's error handler. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly statusCode: number;

  /** @param message what is said instead of the catalogue's sentence */
  constructor(
    readonly code: ApiErrorCode,
    message: string = API_ERRORS[code][1],
  ) {
    super(message);
    this.statusCode = API_ERRORS[code][0];
  }
}

/** Our code for the failures that Fastify and Node's HTTP parser report before a route is reached. */
const FRAMEWORK_ERRORS: Readonly<Record<string, ApiErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_INVALID_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_MAX_PARAM_LENGTH: 'INVALID_FINGERPRINT',
  FST_ERR_HANDLER_TIMEOUT: 'TIMED_OUT',
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/**
 * The answer to any failure. Only ApiError speaks for itself, and what is wrong with the keys of histories, which names keys
 * and variables alone; of all others nothing is repeated, because their messages may hold paths, addresses or pieces of the
 * request.
 */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const keyError = historyKeyErrorIn(error);
  if (keyError) return new ApiError('HISTORY_UNREADABLE', keyError.message);
  if (error instanceof HistoryFormatError) return new ApiError('NOT_EXPLAINABLE');
  const { code, statusCode } = (error ?? {}) as { code?: string; statusCode?: number };
  const known = code !== undefined && Object.hasOwn(FRAMEWORK_ERRORS, code) ? FRAMEWORK_ERRORS[code] : undefined;
  if (known) return new ApiError(known);
  // The JSON parser throws a SyntaxError with this status for broken JSON and for forbidden keys.
  if (error instanceof SyntaxError && statusCode === 400) return new ApiError('MALFORMED_JSON');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new ApiError('MALFORMED_REQUEST');
  return new ApiError('INTERNAL_ERROR');
}

export function errorBody({ code, message }: ApiError): ErrorBody {
  return { code, message };
}
