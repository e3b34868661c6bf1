import type { EntityCaller } from '../../../src/trading/entity-caller';
import type { Permits } from '../../../src/trading/permits';
import type { PlaceOrderInput } from '../../../src/messages/trade';
import { SendGate } from '../../../src/trading/send-gate';
import { AUTHORIZATION_VALIDITY_MS, type Authorization } from '../../../src/domain/ledger/authorization';

const NOW_MS = 1_700_000_000_000;

beforeEach(() => jest.useFakeTimers({ now: NOW_MS }));
afterEach(() => jest.useRealTimers());

/** A ledger whose every answer takes some time, and a gate that asks it. */
function gateWith(answerMs: number, answer: Authorization) {
  const query = jest.fn(async () => {
    jest.setSystemTime(Date.now() + answerMs);
    return answer;
  });
  return { gate: new SendGate({ query } as unknown as EntityCaller, {} as Permits), query };
}

function inputAuthorized(authorizedAtMs: number): PlaceOrderInput {
  return { fingerprint: 'f', venue: 'bybit', permitRound: 3, authorizedAtMs } as PlaceOrderInput;
}

test('a fresh answer of the reservation is enough, for what is left of its validity', async () => {
  const { gate, query } = gateWith(0, { authorized: true });
  expect(await gate.passLedger(inputAuthorized(NOW_MS - 500))).toEqual({
    sendBeforeMs: NOW_MS - 500 + AUTHORIZATION_VALIDITY_MS,
  });
  expect(query).not.toHaveBeenCalled();
});

test('an authorization counts from when it was asked for', async () => {
  const { gate } = gateWith(700, { authorized: true });
  expect(await gate.passLedger(inputAuthorized(0))).toEqual({ sendBeforeMs: NOW_MS + AUTHORIZATION_VALIDITY_MS });
});

test('an answer that took longer than the validity never lets an order pass', async () => {
  const { gate, query } = gateWith(AUTHORIZATION_VALIDITY_MS + 1, { authorized: true });
  expect(await gate.passLedger(inputAuthorized(0))).toMatchObject({ status: 'wait', permitRound: 3 });
  expect(query.mock.calls.length).toBeGreaterThan(1);
});

test('an instant ahead of this clock is not believed', async () => {
  const { gate, query } = gateWith(0, { authorized: true });
  await gate.passLedger(inputAuthorized(NOW_MS + 60_000));
  expect(query).toHaveBeenCalledTimes(1);
});

test("the ledger's refusal is the signal's denial", async () => {
  const denial = { code: 'TRADING_HALTED', message: 'Halted.' } as const;
  const { gate } = gateWith(0, { authorized: false, denial });
  expect(await gate.passLedger(inputAuthorized(0))).toEqual({ status: 'denied', denial });
});
