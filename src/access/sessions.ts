import { createHash, randomBytes } from 'node:crypto';
import { TOKENS_ACTIVE_MAX } from './tokens';

const SECRET_BYTES = 32;
const SECRET = /^[0-9a-f]{64}$/;
/** Browsers that are signed in with one token at one time; with the next one the oldest of them is signed out, and no other's. */
export const SESSIONS_PER_TOKEN_MAX = 8;
/** Of all tokens together: what the most tokens can have. */
export const SESSIONS_MAX = SESSIONS_PER_TOKEN_MAX * TOKENS_ACTIVE_MAX;
/** A browser shows its token again after this. */
export const SESSION_MAX_MS = 7 * 86_400_000;

/** The token that a browser has shown: by its identifier, and by its hash, because identifiers are short. */
export interface SessionToken {
  readonly id: string;
  readonly sha256: string;
}

interface Session {
  readonly token: SessionToken;
  readonly openedAtMs: number;
}

/**
 * The browsers that have shown a token. Each is known by a secret of its own: whatever else answers on this machine's name gets its
 * cookies, too, and must not get the token by that. Sessions are kept in memory alone, and end with the process.
 */
export class SessionBook {
  /** By the hash of the secret, so that looking one up says nothing of another; the oldest first. */
  private readonly sessions = new Map<string, Session>();

  /** @param clock milliseconds, never goes back */
  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** @returns the secret, which is kept nowhere here */
  open(token: SessionToken): string {
    const secret = randomBytes(SECRET_BYTES).toString('hex');
    const ofToken = [...this.sessions].filter(([, session]) => session.token.sha256 === token.sha256);
    if (ofToken.length >= SESSIONS_PER_TOKEN_MAX) this.sessions.delete(ofToken[0]![0]);
    this.sessions.set(keyOf(secret), { token, openedAtMs: this.clock() });
    const [oldest] = this.sessions.keys();
    if (this.sessions.size > SESSIONS_MAX && oldest !== undefined) this.sessions.delete(oldest);
    return secret;
  }

  /** @returns undefined: no session of this secret is open (any more) */
  tokenOf(secret: string): SessionToken | undefined {
    if (!SECRET.test(secret)) return undefined;
    const session = this.sessions.get(keyOf(secret));
    if (session === undefined || this.clock() - session.openedAtMs < SESSION_MAX_MS) return session?.token;
    this.close(secret);
    return undefined;
  }

  close(secret: string): void {
    this.sessions.delete(keyOf(secret));
  }
}

function keyOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
