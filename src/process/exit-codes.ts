/** Exit codes of `oncefill`: stable, so that scripts may react to them. The help text prints this table. */
export const ExitCode = {
  /** Done. Also: another process already does this part, so this one was not needed. */
  SUCCESS: 0,
  /**
   * Anything unexpected; for `status`: something is degraded, or down that others do without; for `workers`: one is missing or
   * silent; for `doctor` and `hooks show`: there is something to mend; for `ml check`: the model cannot be used; for `venue check`: no
   * entry would be sent; for `--cancel-orders`: trading is stopped, and not every order was seen to end.
   */
  FAILURE: 1,
  /** The command line or the configuration is wrong; repeating the command cannot help. */
  USAGE: 2,
  /**
   * Refused on purpose: a conflicting or stale signal, a settlement that fits nothing, or a data folder that is in use; for `venue
   * check`: a start would be; for `hooks test`: the alert would be.
   */
  REFUSED: 3,
  /**
   * The Temporal server does not answer; for `status` also: a part is down without which nothing is traded or no signal comes
   * in; for `venue check`: not everything could be read. Whether the server accepted a signal is not known. Repeating the command is safe; `signal
   * send` prints the one to repeat, with its timestamp, whose minute is part of the fingerprint.
   */
  UNAVAILABLE: 4,
  /** `signal send --wait`: the signal ended without any fill. */
  NOT_FILLED: 5,
  /** No such signal, token, history key or silence is known (any more). */
  NOT_FOUND: 6,
  /** The output could not be written, to a full disk for example; what the command found is not told by this code. */
  OUTPUT_LOST: 7,
  /** The Temporal server holds another store than the one that is traded with here; nothing was done. A person decides. */
  OTHER_STORE: 8,
  /**
   * `worker`: a workflow loops and holds up all others. To be started again with ONCEFILL_WORKFLOW_WATCHDOG=on, which
   * `start` does by itself.
   */
  WORKFLOW_STUCK: 9,
  /** Interrupted by Ctrl-C: 128 + SIGINT, as shells expect. */
  INTERRUPTED: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The table of codes as `oncefill --help` prints it. */
export const EXIT_CODES_HELP = `
Exit codes:
  0    done, or another process already does it
  1    failure; for status: something is degraded; for workers: one is missing or silent; for doctor
       and hooks show: there is something to mend; for ml check: the model cannot be used; for venue
       check: no entry would be sent; for --cancel-orders: trading is stopped, and not every order
       was seen to end
  2    wrong command line or configuration
  3    refused: conflicting or stale signal, nothing to settle, data folder in use; for venue check:
       a start would be refused; for hooks test: the alert would be
  4    the Temporal server does not answer; for status also: a part is down without which nothing is
       traded; for venue check: not everything could be read. Whether a signal was accepted is not
       known: run the command that is printed, which has its --timestamp and is safe
  5    signal send --wait: the signal ended without any fill
  6    no such signal, token, history key or silence; logs --signal: no line about it
  7    the output could not be written (a full disk): what was found is not known
  8    the Temporal server holds another store than before: see oncefill store show
  9    worker: a workflow loops; start it again with ONCEFILL_WORKFLOW_WATCHDOG=on
  130  interrupted`;
