/** The venue's private stream as a stub: it tells what a case says, to an adapter that listens. */
export interface StreamStub {
  /** How often keys were refused. */
  readonly refusals: number;
  /** Pings that it sent. */
  readonly pings: number;
  /** From now on keys are refused, or taken. */
  refuseKeys(isRefused: boolean): void;
  /** From now on pings are answered, or not. */
  answerPings(isAnswered: boolean): void;
  /** Sends a row about the order of this client id. */
  tell(clientOrderId: string, state: 'open' | 'filled'): void;
  /** Ends the connection. */
  drop(): void;
  close(): void;
}
