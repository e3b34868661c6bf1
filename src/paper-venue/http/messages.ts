import type { IncomingHttpHeaders } from 'node:http';
import { RET_CODES, type RetCode } from '../ret-codes';

/** One request, read completely. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** As received, without the question mark: what was signed. */
  readonly query: string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

/** One reply, ready to send. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The code inside the body, for the audit; absent where the body is not the venue's JSON. */
  readonly retCode?: RetCode;
}

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };

/** The venue's envelope around a result. */
export function resultReply(result: object, nowMs: number, headers: Readonly<Record<string, string>> = {}): HttpReply {
  return envelope(RET_CODES.ok, 'OK', result, nowMs, headers);
}

/** The venue's envelope around a refusal. */
export function refusalReply(
  retCode: RetCode,
  message: string,
  nowMs: number,
  headers: Readonly<Record<string, string>> = {},
): HttpReply {
  return envelope(retCode, message, {}, nowMs, headers);
}

/** JSON of our own, outside the venue's protocol. */
export function jsonReply(value: unknown, status = 200): HttpReply {
  return { status, headers: JSON_HEADERS, body: JSON.stringify(value) };
}

function envelope(
  retCode: RetCode,
  retMsg: string,
  result: object,
  time: number,
  headers: Readonly<Record<string, string>>,
): HttpReply {
  const body = JSON.stringify({ retCode, retMsg, result, retExtInfo: {}, time });
  return { status: 200, headers: { ...JSON_HEADERS, ...headers }, body, retCode };
}
