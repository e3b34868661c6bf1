/** From the first byte to the venue's word that it will tell of orders: connecting, authentication, subscription. */
const OPENING_MAX_MS = 10_000;
/** How often we ask whether somebody is there. The venue ends a connection on which it hears nothing for minutes. */
const PING_INTERVAL_MS = 20_000;
/** No answer to a ping for so long: nobody is there, whatever the socket says. */
const PONG_MAX_MS = 10_000;
/** The pauses before a connection is tried again; the last one from then on. */
const RECONNECT_DELAYS_MS = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000] as const;
/** A refused authentication does not become right by haste: a person has to act, or the venue. */
const REFUSED_DELAY_MS = 60_000;
/** Each pause is longer by up to this part of it, so that many processes do not come back at once. */
const JITTER_SHARE = 0.5;
/** A connection that lived for so long begins its pauses anew. */
const STEADY_MS = 60_000;
/** Messages in one second, where a session names no bound of its own; a venue that sends more is not read any more. */
const MESSAGES_PER_SECOND_MAX = 500;
const SECOND_MS = 1_000;
/** Messages that cannot be read, one after the other, until another connection is tried. */
const UNREADABLE_MAX = 20;

/**
 * `off`: not begun. `waiting`: until the next try. `live`: authenticated (where that is asked for), subscribed, and heard of within the last ping: what
 * happens from now on is told. `closed`: for good.
 */
export type StreamPhase = 'off' | 'waiting' | 'connecting' | 'authenticating' | 'subscribing' | 'live' | 'closed';

/** One connection after the other to a venue's stream. Instants are monotonic milliseconds. */
export interface StreamSession {
  readonly phase: StreamPhase;
  /** When the phase began. */
  readonly sinceMs: number;
  /** When something has to be done if nothing is heard until then. */
  readonly dueAtMs: number;
  /** Tries since the last steady connection. */
  readonly failures: number;
  /** The ping that has no answer yet. */
  readonly pingedAtMs?: number;
  readonly unreadable: number;
  /** The present second, and what came in it. */
  readonly second: { readonly startedAtMs: number; readonly messages: number };
  /** Why the last connection ended. */
  readonly fault?: string;
  /** Above zero; absent: as many as news of orders need. */
  readonly messagesPerSecondMax?: number;
}

export type StreamEvent =
  | { readonly kind: 'start' }
  /** The socket is open; `isForAll`: nobody has to say who he is. */
  | { readonly kind: 'opened'; readonly isForAll?: boolean }
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'subscribed' }
  /** The venue refused the keys or the subscription. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'pong' }
  /** News: of orders, or of what the session was opened for. */
  | { readonly kind: 'news' }
  /** Something else that can be read. */
  | { readonly kind: 'other' }
  | { readonly kind: 'unreadable' }
  /** The socket is gone. */
  | { readonly kind: 'lost'; readonly reason: string }
  /** `dueAtMs` may have come. */
  | { readonly kind: 'time' }
  | { readonly kind: 'stop' };

/** What the driver has to do, in this order. `tell` gives the news on; `gap`: what happened before now was not told. */
export type StreamAction =
  'connect' | 'authenticate' | 'subscribe' | 'ping' | 'disconnect' | 'tell' | 'gap' | 'silence';

export interface StreamStep {
  readonly session: StreamSession;
  readonly actions: readonly StreamAction[];
}

export const NEW_SESSION: StreamSession = {
  phase: 'off',
  sinceMs: 0,
  dueAtMs: Number.POSITIVE_INFINITY,
  failures: 0,
  unreadable: 0,
  second: { startedAtMs: 0, messages: 0 },
};

const MESSAGES: readonly StreamEvent['kind'][] = [
  'authenticated',
  'subscribed',
  'refused',
  'pong',
  'news',
  'other',
  'unreadable',
];

/**
 * What follows from an event. Events of a phase that they do not belong to change nothing: an acknowledgement that nobody
 * waits for, news before the venue knows who we are.
 *
 * @param nowMs monotonic
 * @param chance 0 to 1, below 1: lengthens the pause before the next try
 */
export function reduceStream(session: StreamSession, event: StreamEvent, nowMs: number, chance: number): StreamStep {
  if (session.phase === 'closed') return stay(session);
  if (!MESSAGES.includes(event.kind)) return reduceSocket(session, event, nowMs, chance);
  if (!isConnected(session)) return stay(session);
  const counted = countMessage(session, event, nowMs);
  const { messagesPerSecondMax = MESSAGES_PER_SECOND_MAX } = session;
  if (counted.second.messages > messagesPerSecondMax) {
    return end(counted, `it sent more than ${messagesPerSecondMax} messages in a second`, nowMs, chance);
  }
  if (counted.unreadable >= UNREADABLE_MAX) {
    return end(counted, `${UNREADABLE_MAX} messages in a row could not be read`, nowMs, chance);
  }
  return reduceMessage(counted, event, nowMs, chance);
}

function reduceSocket(session: StreamSession, event: StreamEvent, nowMs: number, chance: number): StreamStep {
  switch (event.kind) {
    case 'start':
      return session.phase === 'off' ? connect(session, nowMs) : stay(session);
    case 'opened':
      if (session.phase !== 'connecting') return stay(session);
      return event.isForAll
        ? { session: { ...session, phase: 'subscribing', sinceMs: nowMs }, actions: ['subscribe'] }
        : { session: { ...session, phase: 'authenticating', sinceMs: nowMs }, actions: ['authenticate'] };
    case 'lost':
      return isConnected(session) || session.phase === 'connecting'
        ? end(session, event.reason, nowMs, chance)
        : stay(session);
    case 'time':
      return nowMs >= session.dueAtMs ? whenDue(session, nowMs, chance) : stay(session);
    case 'stop': {
      const actions: StreamAction[] = session.phase === 'live' ? ['disconnect', 'silence'] : ['disconnect'];
      return {
        session: { ...session, phase: 'closed', sinceMs: nowMs, dueAtMs: Number.POSITIVE_INFINITY },
        actions,
      };
    }
    default:
      return stay(session);
  }
}

function reduceMessage(session: StreamSession, event: StreamEvent, nowMs: number, chance: number): StreamStep {
  const { phase } = session;
  switch (event.kind) {
    case 'authenticated':
      if (phase !== 'authenticating') return stay(session);
      return { session: { ...session, phase: 'subscribing', sinceMs: nowMs }, actions: ['subscribe'] };
    case 'subscribed':
      if (phase !== 'subscribing') return stay(session);
      return {
        session: { ...session, phase: 'live', sinceMs: nowMs, dueAtMs: nowMs + PING_INTERVAL_MS, fault: undefined },
        actions: ['gap'],
      };
    case 'refused': {
      const step = end(session, event.reason, nowMs, chance);
      return { ...step, session: { ...step.session, dueAtMs: nowMs + pauseMs(REFUSED_DELAY_MS, chance) } };
    }
    case 'pong':
      if (phase !== 'live' || session.pingedAtMs === undefined) return stay(session);
      return stay({ ...session, pingedAtMs: undefined, dueAtMs: session.pingedAtMs + PING_INTERVAL_MS });
    case 'news':
      return { session, actions: phase === 'live' ? ['tell'] : [] };
    default:
      return stay(session);
  }
}

function whenDue(session: StreamSession, nowMs: number, chance: number): StreamStep {
  switch (session.phase) {
    case 'waiting':
      return connect(session, nowMs);
    case 'live':
      if (session.pingedAtMs !== undefined) {
        return end(session, `it answered no ping for ${PONG_MAX_MS / SECOND_MS} seconds`, nowMs, chance);
      }
      return { session: { ...session, pingedAtMs: nowMs, dueAtMs: nowMs + PONG_MAX_MS }, actions: ['ping'] };
    default:
      return end(session, `it was not ready within ${OPENING_MAX_MS / SECOND_MS} seconds`, nowMs, chance);
  }
}

function connect(session: StreamSession, nowMs: number): StreamStep {
  const fresh = { pingedAtMs: undefined, unreadable: 0, second: { startedAtMs: nowMs, messages: 0 } };
  const opening = { phase: 'connecting', sinceMs: nowMs, dueAtMs: nowMs + OPENING_MAX_MS } as const;
  return { session: { ...session, ...fresh, ...opening }, actions: ['connect'] };
}

function end(session: StreamSession, fault: string, nowMs: number, chance: number): StreamStep {
  const wasLive = session.phase === 'live';
  const failures = wasLive && nowMs - session.sinceMs >= STEADY_MS ? 1 : session.failures + 1;
  const delayMs = RECONNECT_DELAYS_MS[Math.min(failures, RECONNECT_DELAYS_MS.length) - 1]!;
  return {
    session: {
      ...session,
      phase: 'waiting',
      sinceMs: nowMs,
      dueAtMs: nowMs + pauseMs(delayMs, chance),
      failures,
      pingedAtMs: undefined,
      fault,
    },
    actions: wasLive ? ['disconnect', 'silence'] : ['disconnect'],
  };
}

function pauseMs(leastMs: number, chance: number): number {
  return Math.round(leastMs * (1 + JITTER_SHARE * chance));
}

function countMessage(session: StreamSession, { kind }: StreamEvent, nowMs: number): StreamSession {
  const { second } = session;
  const isSameSecond = nowMs - second.startedAtMs < SECOND_MS;
  return {
    ...session,
    unreadable: kind === 'unreadable' ? session.unreadable + 1 : 0,
    second: isSameSecond ? { ...second, messages: second.messages + 1 } : { startedAtMs: nowMs, messages: 1 },
  };
}

function isConnected({ phase }: StreamSession): boolean {
  return phase === 'authenticating' || phase === 'subscribing' || phase === 'live';
}

function stay(session: StreamSession): StreamStep {
  return { session, actions: [] };
}
