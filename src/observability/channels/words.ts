/** What a rule is called in a message, and what a person can do first. */
interface RuleWords {
  readonly title: string;
  readonly remedy: string;
}

/** Stands for the folder of logs of the installation that tells. */
export const LOGS = '<logs>';

const LOOK = `Look with "oncefill status", and at the end of ${LOGS}/errors_*.log.`;

/** By the name of the rule; one that is missing here is told by its name. */
export const RULE_WORDS: Readonly<Record<string, RuleWords>> = {
  heartbeat_lost: {
    title: 'no heartbeat',
    remedy: `${LOOK} It is ended and started again by itself; if it stays silent, run "oncefill start" anew.`,
  },
  process_died: { title: 'process died', remedy: `It was started again. ${LOOK}` },
  crash_loop: { title: 'process dies again and again', remedy: `It is started again ever later, for ever. ${LOOK}` },
  errors_frequent: { title: 'many errors', remedy: `Read the end of ${LOGS}/errors_*.log.` },
  memory_high: {
    title: 'memory nearly full',
    remedy: 'Give the machine or its container more memory, or end what else uses it.',
  },
  disk_full: {
    title: 'disk nearly full',
    remedy: 'Free space where the data folder lies; new signals are refused until then.',
  },
  temporal_unreachable: {
    title: 'Temporal server does not answer',
    remedy: 'Nothing is traded until it does. Look with "oncefill doctor".',
  },
  venue_unreachable: {
    title: 'exchange does not answer',
    remedy: "Look at the exchange's status page and at this machine's network.",
  },
  venue_banned: {
    title: 'exchange refuses all requests',
    remedy: 'Requests go on by themselves when the ban ends. End whatever else uses the same address or key.',
  },
  key_refused: {
    title: 'exchange refuses the key',
    remedy: 'Check the key and the addresses it is bound to at the exchange, then start again.',
  },
  key_ends_soon: { title: 'key ends soon', remedy: 'Make a new key at the exchange, and start again with it.' },
  entries_stopped: {
    title: 'no new positions',
    remedy: 'Exits go on. Look with "oncefill venue check" what the account needs, and mend it at the exchange.',
  },
  clock_off: { title: "machine's clock is off", remedy: 'Switch on time synchronisation (systemd-timesyncd, chrony).' },
  order_unknown: {
    title: 'order unknown',
    remedy: 'Look with "oncefill signal show"; it is asked for until the exchange has said where it is.',
  },
  reservation_orphaned: {
    title: 'funds held for nobody',
    remedy: 'Look with "oncefill signal show"; funds stay held until it is proved what became of the order.',
  },
  balances_old: { title: 'balances are old', remedy: 'No order is sent on old balances. Look with "oncefill status".' },
  balance_low: { title: 'balance low', remedy: 'Pay in, or trade less: signals without funds are denied.' },
  predictions_missing: {
    title: 'no predictions',
    remedy: 'Look with "oncefill status" whether the ML manager runs and candles arrive.',
  },
  position_unprotected: {
    title: 'position without a stop',
    remedy:
      'It is set again, or the position is closed unless trading is halted; look with "oncefill position list", or set one at the exchange.',
  },
  position_foreign: {
    title: 'position of somebody else',
    remedy: 'Its symbol takes no entry. Close it at the exchange, or with "oncefill position close".',
  },
  position_taken: {
    title: 'position closed by force',
    remedy:
      'Look with "oncefill trades" what it cost, and with "oncefill risk" what is left before anything is opened again.',
  },
  positions_old: {
    title: 'positions are not reported',
    remedy:
      'No entry is sent, and nothing is closed by rule; stops at the exchange stay. Look with "oncefill status", and at the exchange.',
  },
  risk_limit: {
    title: 'bound of loss reached',
    remedy: 'No entry is taken until its end; positions and their stops stay. Look with "oncefill risk".',
  },
  alert_book_damaged: { title: 'book of alerts was damaged', remedy: 'Check the disk; what still holds is told anew.' },
};

/** @param rule any name; an unknown one is its own title */
export function wordsOf(rule: string): RuleWords {
  return (
    (Object.hasOwn(RULE_WORDS, rule) ? RULE_WORDS[rule] : undefined) ?? {
      title: rule.replaceAll('_', ' '),
      remedy: LOOK,
    }
  );
}
