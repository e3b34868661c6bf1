/** Whether what the Temporal server says may be acted upon: it must hold the store that this data folder trades with. */
export interface StoreGate {
  /** Known to be ours a moment ago, and the way to the server has not broken since. Costs nothing to ask. */
  readonly isConfirmed: boolean;
  /**
   * Asks the server where that is not known just now.
   *
   * @throws OtherStoreError when it is another store, and ServerUnavailableError when nobody answers
   */
  confirm(): Promise<void>;
}

/** For who only looks at what is there, and for who has just started the server itself. */
export const ANY_STORE: StoreGate = { isConfirmed: true, confirm: () => Promise.resolve() };
