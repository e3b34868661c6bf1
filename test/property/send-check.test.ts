/**
 * The rule about sending, against what it is meant to say: every condition in a line of its own, and a model of a process
 * that asks, waits and is delayed, while the clock of its machine steps back and forth.
 */
import * as fc from 'fast-check';
import { AUTHORIZATION_VALIDITY_MS } from '../../src/domain/ledger/authorization';
import { checkSend, type PermitAnswer, type SendFacts, type SendVerdict } from '../../src/domain/send-check';
import { BROKEN_RUNS_MAX, RUNS } from './scale';

type Rule = typeof checkSend;

const NOW_MS = 1_000_000;
/** Small figures around now, so that instants meet often. */
const instant = fc.integer({ min: -6, max: 6 }).map((step) => NOW_MS + step * 500);

const granted = fc.record({
  status: fc.constant('granted' as const),
  askedAtMs: instant,
  notBeforeMs: instant,
  expiresAtMs: instant,
});
const refused = fc.constant({ status: 'refused' as const, message: 'No room.' });

const facts: fc.Arbitrary<SendFacts> = fc.record({
  nowMs: fc.constant(NOW_MS),
  permit: fc.option(fc.oneof({ weight: 6, arbitrary: granted }, { weight: 1, arbitrary: refused }), { nil: undefined }),
  authorizedAtMs: fc.option(instant, { nil: undefined }),
  expiresAtMs: instant,
  callEndsAtMs: fc.option(instant, { nil: undefined }),
});

/** Every condition of a send at an instant, and what is said when it is the only one that fails. */
function conditions(
  { permit, authorizedAtMs = NaN, expiresAtMs, callEndsAtMs }: SendFacts,
  atMs: number,
): Record<string, boolean> {
  const given = permit?.status === 'granted' ? permit : undefined;
  return {
    'there is a permit': given !== undefined,
    'the permit was asked for before': given !== undefined && given.askedAtMs <= atMs,
    'the permit has begun': given !== undefined && given.notBeforeMs <= atMs,
    'the permit has not ended': given !== undefined && atMs <= given.expiresAtMs,
    'nobody can have got the permit since':
      given !== undefined && given.notBeforeMs - given.askedAtMs <= given.expiresAtMs - given.notBeforeMs,
    'the authorization was asked for before': authorizedAtMs <= atMs,
    'the authorization is young enough': atMs - authorizedAtMs <= AUTHORIZATION_VALIDITY_MS,
    'the signal lives': atMs <= expiresAtMs,
    'somebody waits for the call': callEndsAtMs === undefined || atMs <= callEndsAtMs,
  };
}

function mayBeSentAt(given: SendFacts, atMs: number): boolean {
  return Object.values(conditions(given, atMs)).every(Boolean);
}

/** Each says what a verdict must be true of. */
const CHECKS: Record<string, (given: SendFacts, verdict: SendVerdict) => boolean> = {
  'an order is sent exactly when every condition holds': (given, verdict) =>
    (verdict.step === 'send') === mayBeSentAt(given, given.nowMs),
  'it may be sent until the last instant at which every condition holds': (given, verdict) =>
    verdict.step !== 'send' ||
    (mayBeSentAt(given, verdict.sendBeforeMs) && !mayBeSentAt(given, verdict.sendBeforeMs + 1)),
  'a wait ends when the permit begins, and within the time to live': (given, verdict) =>
    verdict.step !== 'wait' ||
    (verdict.untilMs > given.nowMs && verdict.untilMs <= given.expiresAtMs && isBegin(given.permit, verdict.untilMs)),
  'a signal expires exactly when no later instant can let it be sent': (given, verdict) =>
    verdict.step !== 'expire' || isHopeless(given),
  'only who has nothing good in hand is asked': (given, verdict) => {
    if (verdict.step !== 'ask') return true;
    const holds = conditions(given, given.nowMs);
    if (verdict.whom === 'limiter') {
      const isLapsed = !holds['the permit was asked for before'] || !holds['the permit has not ended'];
      return verdict.isSame ? !isLapsed && !holds['nobody can have got the permit since'] : isLapsed;
    }
    return !holds['the authorization was asked for before'] || !holds['the authorization is young enough'];
  },
  'the ledger is asked only when nothing else is missing': (given, verdict) => {
    if (verdict.step !== 'ask' || verdict.whom !== 'ledger') return true;
    return mayBeSentAt({ ...given, authorizedAtMs: given.nowMs }, given.nowMs);
  },
  'a signal that expires says whether the limiter or its time ended it': (given, verdict) =>
    verdict.step !== 'expire' ||
    (verdict.denial.code === 'RATE_LIMIT_EXCEEDED'
      ? given.permit?.status === 'refused' || Number(given.permit?.notBeforeMs) > given.expiresAtMs
      : given.nowMs > given.expiresAtMs),
  'every verdict that is no send says why': (_given, verdict) =>
    verdict.step === 'send' || reasonOf(verdict).length > 0,
};

function reasonOf(verdict: Exclude<SendVerdict, { step: 'send' }>): string {
  return verdict.step === 'expire' ? verdict.denial.message : verdict.reason;
}

function isBegin(permit: PermitAnswer | undefined, atMs: number): boolean {
  return permit?.status === 'granted' && permit.notBeforeMs === atMs;
}

function isHopeless({ nowMs, permit, expiresAtMs }: SendFacts): boolean {
  if (permit?.status === 'refused' || nowMs > expiresAtMs) return true;
  return permit !== undefined && permit.notBeforeMs > expiresAtMs;
}

function ruleProperty(rule: Rule, checks: readonly string[]) {
  return fc.property(facts, (given) => {
    const verdict = rule(given);
    for (const name of checks) {
      if (!CHECKS[name]!(given, verdict)) throw new Error(`${name}: ${JSON.stringify({ given, verdict })}`);
    }
  });
}

test('every verdict is what the conditions say', () => {
  fc.assert(ruleProperty(checkSend, Object.keys(CHECKS)), { numRuns: RUNS * 20 });
});

test('a figure that is no number never lets an order leave', () => {
  const good: SendFacts = {
    nowMs: NOW_MS,
    permit: { status: 'granted', askedAtMs: NOW_MS, notBeforeMs: NOW_MS, expiresAtMs: NOW_MS },
    authorizedAtMs: NOW_MS,
    expiresAtMs: NOW_MS,
    callEndsAtMs: NOW_MS,
  };
  expect(checkSend(good).step).toBe('send');
  const spoilt: SendFacts[] = [
    ...(['nowMs', 'authorizedAtMs', 'expiresAtMs', 'callEndsAtMs'] as const).map((name) => ({ ...good, [name]: NaN })),
    ...(['askedAtMs', 'notBeforeMs', 'expiresAtMs'] as const).map((name) => ({
      ...good,
      permit: { ...good.permit, [name]: NaN } as PermitAnswer,
    })),
  ];
  expect(spoilt.map((given) => checkSend(given).step)).not.toContain('send');
});

/** One thing forgotten or mistaken; the name of the check that must notice. */
const broken: readonly [check: string, fault: string, rule: Rule][] = [
  [
    'an order is sent exactly when every condition holds',
    'an authorization from the future is believed',
    (given) => checkSend({ ...given, authorizedAtMs: Math.min(given.authorizedAtMs ?? NaN, given.nowMs) }),
  ],
  [
    'an order is sent exactly when every condition holds',
    'whoever asked nobody is taken for authorized',
    (given) => checkSend({ ...given, authorizedAtMs: given.authorizedAtMs ?? given.nowMs }),
  ],
  [
    'an order is sent exactly when every condition holds',
    'a permit by another clock is believed',
    (given) =>
      checkSend(given.permit?.status === 'granted' ? { ...given, permit: { ...given.permit, askedAtMs: 0 } } : given),
  ],
  [
    'an order is sent exactly when every condition holds',
    'the time to live is forgotten',
    (given) => checkSend({ ...given, expiresAtMs: Infinity }),
  ],
  [
    'an order is sent exactly when every condition holds',
    "the call's end is forgotten",
    (given) => checkSend({ ...given, callEndsAtMs: undefined }),
  ],
  [
    'it may be sent until the last instant at which every condition holds',
    'the permit alone says until when',
    (given) => {
      const verdict = checkSend(given);
      const isSend = verdict.step === 'send' && given.permit?.status === 'granted';
      return isSend ? { step: 'send', sendBeforeMs: given.permit.expiresAtMs } : verdict;
    },
  ],
  [
    'a wait ends when the permit begins, and within the time to live',
    'a permit after the time to live is waited for',
    (given) => {
      const { nowMs, permit } = given;
      const isLater = permit?.status === 'granted' && permit.askedAtMs <= nowMs && permit.notBeforeMs > nowMs;
      return isLater ? { step: 'wait', untilMs: permit.notBeforeMs, reason: 'Waits.' } : checkSend(given);
    },
  ],
  [
    'a signal expires exactly when no later instant can let it be sent',
    'a lapsed permit ends the signal',
    (given) => {
      const verdict = checkSend(given);
      const denial = { code: 'SIGNAL_EXPIRED', message: 'Lapsed.' } as const;
      return verdict.step === 'ask' && verdict.whom === 'limiter' ? { step: 'expire', denial } : verdict;
    },
  ],
  [
    'only who has nothing good in hand is asked',
    'the ledger is asked every time',
    (given) => {
      const verdict = checkSend(given);
      return verdict.step === 'send' ? { step: 'ask', whom: 'ledger', reason: 'To be sure.' } : verdict;
    },
  ],
  [
    'the ledger is asked only when nothing else is missing',
    'the ledger is asked before the permit has begun',
    (given) => {
      const verdict = checkSend(given);
      return verdict.step === 'wait' ? { step: 'ask', whom: 'ledger', reason: 'Early.' } : verdict;
    },
  ],
  [
    'a signal that expires says whether the limiter or its time ended it',
    "every end is called the limiter's",
    (given) => {
      const verdict = checkSend(given);
      const denial = { code: 'RATE_LIMIT_EXCEEDED', message: 'Over.' } as const;
      return verdict.step === 'expire' ? { step: 'expire', denial } : verdict;
    },
  ],
  [
    'every verdict that is no send says why',
    'a wait has no reason',
    (given) => {
      const verdict = checkSend(given);
      return verdict.step === 'wait' ? { ...verdict, reason: '' } : verdict;
    },
  ],
];

describe('a broken rule is caught', () => {
  test.each(broken)('by "%s" when %s', (check, _fault, rule) => {
    const details = fc.check(ruleProperty(rule, [check]), { numRuns: BROKEN_RUNS_MAX });
    expect(details.failed).toBe(true);
  });

  test('for every check', () => {
    expect([...new Set(broken.map(([check]) => check))]).toEqual(Object.keys(CHECKS));
  });
});

/** What happens to a process between two looks at the rule. */
type Event =
  | { readonly kind: 'time passes'; readonly ms: number }
  | { readonly kind: 'the clock steps'; readonly ms: number }
  | { readonly kind: 'the limiter answers'; readonly afterMs: number; readonly waitMs: number }
  | { readonly kind: 'the ledger answers'; readonly afterMs: number };

const PERMIT_VALIDITY_MS = 2_000;
const TIME_TO_LIVE_MS = 20_000;

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant('time passes' as const), ms: fc.integer({ min: 0, max: 1_500 }) }),
  fc.record({ kind: fc.constant('the clock steps' as const), ms: fc.integer({ min: -5_000, max: 5_000 }) }),
  fc.record({
    kind: fc.constant('the limiter answers' as const),
    afterMs: fc.integer({ min: 0, max: 800 }),
    waitMs: fc.integer({ min: 0, max: 1_500 }),
  }),
  fc.record({ kind: fc.constant('the ledger answers' as const), afterMs: fc.integer({ min: 0, max: 800 }) }),
);

interface Held {
  readonly askedAtMs: number;
  readonly goodForMs: number;
}

test('a process never sends on what lapsed, however the clock of its machine steps', () => {
  let sends = 0;
  const sequence = fc.array(event, { minLength: 1, maxLength: 30 });
  const property = fc.property(sequence, (events) => {
    let nowMs = NOW_MS;
    let utcAheadMs = 0;
    const expiresAtUtcMs = NOW_MS + TIME_TO_LIVE_MS;
    let facts: Omit<SendFacts, 'nowMs' | 'expiresAtMs'> = {};
    const held: { permit?: Held; authorization?: Held } = {};
    for (const next of events) {
      const askedAtMs = nowMs;
      if (next.kind === 'time passes') nowMs += next.ms;
      if (next.kind === 'the clock steps') utcAheadMs += next.ms;
      if (next.kind === 'the limiter answers') {
        nowMs += next.afterMs;
        const goodForMs = next.afterMs + next.waitMs + PERMIT_VALIDITY_MS;
        const notBeforeMs = nowMs + next.waitMs;
        facts = { ...facts, permit: { status: 'granted', askedAtMs, notBeforeMs, expiresAtMs: askedAtMs + goodForMs } };
        held.permit = { askedAtMs, goodForMs };
      }
      if (next.kind === 'the ledger answers') {
        nowMs += next.afterMs;
        facts = { ...facts, authorizedAtMs: askedAtMs };
        held.authorization = { askedAtMs, goodForMs: AUTHORIZATION_VALIDITY_MS };
      }
      const leftMs = expiresAtUtcMs - (nowMs + utcAheadMs);
      const verdict = checkSend({ ...facts, nowMs, expiresAtMs: nowMs + leftMs });
      if (verdict.step !== 'send') continue;
      sends += 1;
      expect(leftMs).toBeGreaterThanOrEqual(0);
      for (const one of [held.permit, held.authorization]) {
        expect(nowMs - (one?.askedAtMs ?? -Infinity)).toBeLessThanOrEqual(one?.goodForMs ?? 0);
      }
    }
  });
  fc.assert(property, { numRuns: RUNS });
  // A search that hardly ever gets to send proves nothing.
  expect(sends).toBeGreaterThan(RUNS / 10);
});
