import type { HttpReply } from '../http/messages';

const HTML_HEADERS = { 'content-type': 'text/html' };

const GATEWAY_STATUSES = [500, 502, 503, 504] as const;

/** The venue's own codes that leave open what happened; the third is no code it documents. */
const AMBIGUOUS_CODES: readonly (readonly [number, string])[] = [
  [10016, 'Internal server error'],
  [10000, 'Server Timeout'],
  [99_999, 'something unexpected'],
];

/** Refusals by status, each with Retry-After and without. */
const THROTTLES: readonly HttpReply[] = [
  { status: 429, headers: { 'content-type': 'text/plain', 'Retry-After': '1' }, body: 'Too Many Requests' },
  { status: 429, headers: HTML_HEADERS, body: '<html><body>429</body></html>' },
  { status: 403, headers: { 'content-type': 'text/plain' }, body: 'access too frequent' },
  { status: 403, headers: {}, body: '' },
  { status: 418, headers: HTML_HEADERS, body: '<html><body>teapot</body></html>' },
  { status: 418, headers: { 'Retry-After': '2' }, body: '' },
  { status: 403, headers: { 'content-type': 'text/plain', 'Retry-After': '2' }, body: 'access too frequent' },
];

export function gatewayError(variant: number): HttpReply {
  const status = pick(GATEWAY_STATUSES, variant);
  return {
    status,
    headers: HTML_HEADERS,
    body: `<html><head><title>${status}</title></head><body>nginx</body></html>`,
  };
}

export function throttled(variant: number): HttpReply {
  return pick(THROTTLES, variant);
}

export function ambiguousCode(variant: number, nowMs: number): HttpReply {
  const [retCode, retMsg] = pick(AMBIGUOUS_CODES, variant);
  const body = JSON.stringify({ retCode, retMsg, result: {}, retExtInfo: {}, time: nowMs });
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body };
}

/** The reply with the end of its JSON missing. */
export function truncated(reply: HttpReply): HttpReply {
  return { ...reply, body: reply.body.slice(0, Math.floor(reply.body.length / 2)) };
}

/** The reply with one promise of its format broken. */
export function wrongJson(reply: HttpReply, variant: number): HttpReply {
  const breakers: readonly ((body: string) => string)[] = [
    (body) => body.replace('"retCode"', '"ret_code"'),
    (body) => body.replace(/"result":\{/, '"result":null,"was":{'),
    (body) =>
      body
        .replaceAll(/"orderStatus":"[A-Za-z]+"/g, '"orderStatus":"Levitating"')
        .replaceAll(/"orderId":"/g, '"orderIdentity":"'),
    (body) => body.replaceAll(/"(qty|cumExecQty|walletBalance|lastPrice|orderLinkId)":"[^"]*"/g, '"$1":{"value":1e-8}'),
    () => 'null',
    () => '[]',
    () => '{}',
    () => '',
  ];
  return { ...reply, body: pick(breakers, variant)(reply.body) };
}

/** An hour, and what one wrong digit or a clock gone mad makes of a year. */
const LEAPS_MS = [3_600_000, -3_600_000, 10 * 365 * 86_400_000] as const;

/** The reply with another time of the venue in it; what it says of orders and balances is as before. */
export function leapt(reply: HttpReply, variant: number): HttpReply {
  const leapMs = pick(LEAPS_MS, variant);
  const parsed = JSON.parse(reply.body) as { readonly time: number; readonly result: { readonly timeSecond?: string } };
  const timeMs = parsed.time + leapMs;
  const isClock = parsed.result.timeSecond !== undefined;
  const clock = { timeSecond: String(Math.floor(timeMs / 1_000)), timeNano: `${timeMs}000000` };
  const result = isClock ? { ...parsed.result, ...clock } : parsed.result;
  return { ...reply, body: JSON.stringify({ ...parsed, result, time: timeMs }) };
}

interface OrderRowTimes {
  readonly createdTime: string;
}

/** A list reply without the orders younger than this. */
export function withoutYoungOrders(reply: HttpReply, youngerThanMs: number, nowMs: number): HttpReply {
  return mapRows(reply, (row) => (isYoung(row, youngerThanMs, nowMs) ? [] : [row]));
}

/** A list reply in which orders younger than this have not filled yet. */
export function withoutYoungFills(reply: HttpReply, youngerThanMs: number, nowMs: number): HttpReply {
  const unfilled = {
    orderStatus: 'New',
    avgPrice: '',
    cumExecQty: '0',
    cumExecValue: '0',
    cumExecFee: '0',
    cumFeeDetail: {},
  };
  return mapRows(reply, (row) => [isYoung(row, youngerThanMs, nowMs) ? { ...row, ...unfilled } : row]);
}

/** An order from the future, which a step of the clock can make, is not young: it could stay so for long. */
function isYoung(row: OrderRowTimes, youngerThanMs: number, nowMs: number): boolean {
  const ageMs = nowMs - Number(row.createdTime);
  return ageMs >= 0 && ageMs < youngerThanMs;
}

function mapRows(reply: HttpReply, map: (row: OrderRowTimes) => object[]): HttpReply {
  const parsed = JSON.parse(reply.body) as { readonly result: { readonly list?: readonly OrderRowTimes[] } };
  const list = parsed.result.list?.flatMap(map);
  return list ? { ...reply, body: JSON.stringify({ ...parsed, result: { ...parsed.result, list } }) } : reply;
}

function pick<Item>(items: readonly Item[], variant: number): Item {
  return items[variant % items.length]!;
}
