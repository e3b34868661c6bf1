import { SessionBook } from './sessions';
import { readTokens, tokenFileMark, tokenFilePath, type StoredTokens } from './token-file';
import { bearerToken, matchToken, tokenState, type TokenRecord, type TokenScope } from './tokens';

/** Whoever has shown a token that is good. */
export interface TokenHolder {
  readonly id: string;
  readonly name: string;
  readonly scope: TokenScope;
}

/** What the gate says of one request. */
export type Admission =
  | { readonly kind: 'holder'; readonly holder: TokenHolder }
  /** No token was shown, and none is asked for. */
  | { readonly kind: 'anyone' }
  | {
      readonly kind: 'refused';
      readonly reason: 'missing' | 'malformed' | 'unknown' | 'expired' | 'revoked';
      /** Of a token that was good once. */
      readonly tokenId?: string;
    }
  /** The tokens cannot be read: nobody enters. */
  | { readonly kind: 'closed'; readonly message: string };

export interface TokenGateOptions {
  readonly dataDir: string;
  /** false: a token is asked for only once one has been made here. */
  readonly isAlwaysRequired: boolean;
  /** Milliseconds UTC. */
  readonly clock?: () => number;
}

type Reading = { readonly stored: StoredTokens } | { readonly message: string };

function holderOf({ id, name, scope }: TokenRecord): TokenHolder {
  return { id, name, scope };
}

function vanished(dataDir: string): string {
  return `The API's tokens in ${tokenFilePath(dataDir)} have vanished while it ran, so that nobody is let in: put the file back or make a token with "oncefill token create", or restart the API if nobody is to be asked for one any more.`;
}

/**
 * Knows who may enter. Looks at the token file for every request, and reads it when it has changed: a new token is good and a
 * revoked one refused from the next request on.
 */
export class TokenGate {
  private mark: string | undefined;
  private reading: Reading = { message: 'The tokens have not been read yet.' };
  /** There were tokens while this process ran. */
  private hadTokens = false;
  private readonly clock: () => number;
  private readonly sessions = new SessionBook();

  constructor(private readonly options: TokenGateOptions) {
    this.clock = options.clock ?? Date.now;
  }

  /**
   * @param authorization the header as it was sent, if it was; it counts before a session
   * @param session what a browser's cookie says, if it has one: one that has ended is as good as none
   */
  admit(authorization: string | undefined, session?: string): Admission {
    const reading = this.read();
    if ('message' in reading) return { kind: 'closed', message: reading.message };
    const { exists, tokens } = reading.stored;
    if (authorization !== undefined) {
      const shown = bearerToken(authorization);
      return shown === undefined ? { kind: 'refused', reason: 'malformed' } : this.judge(tokens, shown);
    }
    const token = session === undefined ? undefined : this.tokenOfSession(tokens, session);
    if (token) return { kind: 'holder', holder: holderOf(token) };
    const isRequired = this.options.isAlwaysRequired || exists;
    return isRequired ? { kind: 'refused', reason: 'missing' } : { kind: 'anyone' };
  }

  /**
   * Lets a browser in for a while that shows a token.
   *
   * @returns the session's secret beside its holder; without one it is refused
   */
  openSession(token: string): { readonly admission: Admission; readonly secret?: string } {
    const reading = this.read();
    if ('message' in reading) return { admission: { kind: 'closed', message: reading.message } };
    const { tokens } = reading.stored;
    const admission = this.judge(tokens, token);
    const record = admission.kind === 'holder' ? tokens.find(({ id }) => id === admission.holder.id) : undefined;
    return record ? { admission, secret: this.sessions.open(record) } : { admission };
  }

  closeSession(session: string): void {
    this.sessions.close(session);
  }

  private judge(tokens: readonly TokenRecord[], shown: string): Admission {
    const match = matchToken(tokens, shown, this.clock());
    if (match.kind === 'unknown') return { kind: 'refused', reason: 'unknown' };
    const { token } = match;
    if (match.kind !== 'active') return { kind: 'refused', reason: match.kind, tokenId: token.id };
    return { kind: 'holder', holder: holderOf(token) };
  }

  /** A session is never better than its token: that may have been revoked since. */
  private tokenOfSession(tokens: readonly TokenRecord[], session: string): TokenRecord | undefined {
    const shown = this.sessions.tokenOf(session);
    if (shown === undefined) return undefined;
    const token = tokens.find(({ id, sha256 }) => id === shown.id && sha256 === shown.sha256);
    if (token && tokenState(token, this.clock()) === 'active') return token;
    this.sessions.close(session);
    return undefined;
  }

  /** Why nobody at all can enter now, a sentence that says what to do; undefined: somebody can. */
  whyNobodyEnters(): string | undefined {
    const reading = this.read();
    if ('message' in reading) return reading.message;
    const { exists, tokens } = reading.stored;
    const isRequired = this.options.isAlwaysRequired || exists;
    if (!isRequired || tokens.some((token) => tokenState(token, this.clock()) === 'active')) return undefined;
    return 'The API asks for a token and there is none, so that it only tells its health: make one with "oncefill token create --name NAME --scope trade".';
  }

  private read(): Reading {
    const { dataDir } = this.options;
    if (this.mark !== undefined && tokenFileMark(dataDir) === this.mark) return this.reading;
    try {
      const stored = readTokens(dataDir);
      this.hadTokens ||= stored.exists;
      // Whoever took the file away must not have opened the gate by it.
      this.reading = stored.exists || !this.hadTokens ? { stored } : { message: vanished(dataDir) };
      this.mark = stored.mark;
    } catch (error) {
      this.reading = { message: (error as Error).message };
      // What cannot be read now may be readable at the next request.
      this.mark = undefined;
    }
    return this.reading;
  }
}
