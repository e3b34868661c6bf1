/** Why there is no Temporal server to work with. Programs may react to these; they do not change. */
export type ServerUnavailableCode =
  /** No server program could be found or fetched. */
  | 'TEMPORAL_NOT_FOUND'
  /** Nothing answers at the address in time. */
  | 'TEMPORAL_UNREACHABLE'
  /** A server answers and does not accept our credentials. */
  | 'TEMPORAL_REFUSED'
  /** The embedded server ended instead of starting. */
  | 'TEMPORAL_EXITED'
  /** This data folder's embedded server runs already, on another port. */
  | 'TEMPORAL_PORT_MISMATCH';

/** There is no Temporal server to work with; the message says what to do. */
export class ServerUnavailableError extends Error {
  override readonly name = 'ServerUnavailableError';

  constructor(
    readonly code: ServerUnavailableCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A running server may not be joined: it is another environment's, or keeps less. The message says what to do. */
export class ServerJoinError extends Error {
  override readonly name = 'ServerJoinError';
  readonly code = 'SERVER_NOT_JOINED';
}

/**
 * The server holds another store than the one that this data folder has traded with: it knows none of its signals. The
 * message says what to do.
 */
export class OtherStoreError extends Error {
  override readonly name = 'OtherStoreError';
  readonly code = 'OTHER_STORE';
}

/** What is wrong with a namespace. Programs may react to these; they do not change. */
export type NamespaceErrorCode =
  /** The server would forget an ended signal while a repetition of it is still accepted. */
  | 'NAMESPACE_RETENTION_TOO_SHORT'
  /** There is none of this name, and it is not this program's part to create it. */
  | 'NAMESPACE_MISSING'
  /** The server does not let us create what is missing. */
  | 'NAMESPACE_SETUP_REFUSED'
  /** A search attribute exists with another type. */
  | 'SEARCH_ATTRIBUTE_TYPE_CONFLICT'
  /** What was created did not become usable in time. */
  | 'NAMESPACE_NOT_USABLE';

/** The namespace cannot be used as it is; the message says what to do. */
export class NamespaceError extends Error {
  override readonly name = 'NamespaceError';

  constructor(
    readonly code: NamespaceErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
