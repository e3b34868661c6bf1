import { createHmac } from 'node:crypto';
import { API_KEY, API_SECRET } from './paper-server';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: { retCode: number; retMsg: string; time: number; result: Record<string, unknown> };
}

export interface SigningOptions {
  readonly apiKey?: string;
  readonly apiSecret?: string;
  readonly timestampMs?: number;
  readonly receiveWindowMs?: number;
  readonly timeoutMs?: number;
}

/** A signed request made by hand, for what ccxt does not let through: headers, raw bodies, wrong signatures. */
export async function signedRequest(
  url: string,
  method: 'GET' | 'POST',
  path: string,
  parameters: Readonly<Record<string, unknown>>,
  options: SigningOptions = {},
): Promise<Answer> {
  const { apiKey = API_KEY, apiSecret = API_SECRET, timestampMs = Date.now(), receiveWindowMs = 5_000 } = options;
  const query = method === 'GET' ? new URLSearchParams(parameters as Record<string, string>).toString() : '';
  const body = JSON.stringify(parameters);
  const payload = `${timestampMs}${apiKey}${receiveWindowMs}${method === 'GET' ? query : body}`;
  const response = await fetch(method === 'GET' ? `${url}${path}?${query}` : url + path, {
    method,
    headers: {
      'content-type': 'application/json',
      'X-BAPI-API-KEY': apiKey,
      'X-BAPI-TIMESTAMP': String(timestampMs),
      'X-BAPI-RECV-WINDOW': String(receiveWindowMs),
      'X-BAPI-SIGN': createHmac('sha256', apiSecret).update(payload).digest('hex'),
    },
    ...(method === 'POST' && { body }),
    signal: AbortSignal.timeout(options.timeoutMs ?? 5_000),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

export function createOrder(
  url: string,
  order: Readonly<Record<string, unknown>>,
  options?: SigningOptions,
): Promise<Answer> {
  return signedRequest(url, 'POST', '/v5/order/create', { category: 'linear', ...order }, options);
}

export function marketOrder(
  clientOrderId: string,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return { symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', qty: '0.01', orderLinkId: clientOrderId, ...changes };
}

/** The rows of a list answer. */
export function rows(answer: Answer): Record<string, string>[] {
  return answer.body.result['list'] as Record<string, string>[];
}

function parse(text: string): Answer['body'] {
  try {
    return JSON.parse(text) as Answer['body'];
  } catch {
    return { retCode: Number.NaN, retMsg: '', time: 0, result: {} };
  }
}
