import { readTokens, tokenFileMark, tokenFilePath, type StoredTokens } from './token-file';
import { bearerToken, matchToken, tokenState, type TokenScope } from './tokens';

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

  constructor(private readonly options: TokenGateOptions) {
    this.clock = options.clock ?? Date.now;
  }

  /** @param authorization the header as it was sent, if it was */
  admit(authorization: string | undefined): Admission {
    const reading = this.read();
    if ('message' in reading) return { kind: 'closed', message: reading.message };
    const { exists, tokens } = reading.stored;
    if (authorization === undefined) {
      const isRequired = this.options.isAlwaysRequired || exists;
      return isRequired ? { kind: 'refused', reason: 'missing' } : { kind: 'anyone' };
    }
    const shown = bearerToken(authorization);
    if (shown === undefined) return { kind: 'refused', reason: 'malformed' };
    const match = matchToken(tokens, shown, this.clock());
    if (match.kind === 'unknown') return { kind: 'refused', reason: 'unknown' };
    const { id, name, scope } = match.token;
    if (match.kind !== 'active') return { kind: 'refused', reason: match.kind, tokenId: id };
    return { kind: 'holder', holder: { id, name, scope } };
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
