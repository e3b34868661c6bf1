/**
 * Every metric of our own, with its labels: one table for the code that counts, for docs/metrics.md and for what the rules and
 * dashboards in ops/ may ask for. Whatever a label may hold is from a set that is known beforehand or bounded by the
 * configuration; fingerprints, strategies, messages, process ids and run ids are never labels.
 */
export interface MetricEntry {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Beside `component`, which every value gets unless it is here: the process that it is from. */
  readonly labels: readonly string[];
  /**
   * durable: Temporal keeps it, and no restart sets it back. process: counted by a process since its start, which a restart
   * sets back to zero; `rate()` and `increase()` are made for that. asked: found out for this very answer.
   */
  readonly kept: 'durable' | 'process' | 'asked';
  readonly buckets?: readonly number[];
}

/** From a signal to its order: 20 to 100 ms as a rule, and at most the time to live. */
const ORDER_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const STEP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WAIT_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const INFERENCE_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Names that users of the older bots know; four counters end without `_total`, see SEED_COUNTERS. */
const SEED_METRICS = {
  worker_coordinator_active_workers: asked(['type'], 'Processes that hold the slot of their type: 1 or 0.'),
  worker_coordinator_heartbeat_age_seconds: asked(
    ['worker_id'],
    "Age of a component's last heartbeat. An age that no longer changes looks young: alert on the timestamp.",
  ),
  signal_deduplicator_total_checks: counted(
    [],
    'Signals that were handed in: unique, repeated or refused at the door.',
  ),
  signal_deduplicator_duplicates_found: counted(
    [],
    'Signals that had been taken before, or conflict with one that was.',
  ),
  signal_deduplicator_unique_signals: counted([], 'Signals that were taken and had not been before.'),
  rate_limiter_requests_total: durable(
    ['exchange', 'endpoint'],
    'Requests to the venue that the limiter gave a permit for; other endpoints than the first fifty are "other".',
  ),
  rate_limiter_blocked_requests: durable(['exchange'], 'Requests that had to wait for their permit.'),
  balance_manager_total_balance: asked(
    ['exchange', 'symbol'],
    'Balance of an asset as the venue reported it last: the settle asset, and all that are not zero.',
  ),
  balance_manager_reserved_balance: asked(['exchange', 'symbol'], 'What pending reservations hold of an asset.'),
  process_monitor_component_health: asked(
    ['name'],
    '1 healthy, 0.5 degraded or starting, 0 down; a series for each planned component, also while it is gone.',
  ),
  process_monitor_errors_total: counted(['component'], "Lines of the level error in a process's log."),
} as const satisfies Record<string, MetricEntry>;

const OUR_METRICS = {
  oncefill_build_info: asked(['version', 'environment'], 'Always 1: which release runs for which environment.'),
  oncefill_memory_used_ratio: asked(
    [],
    'Memory in use, as a part of what the process may use: of the machine, the container or the heap, whichever ends first. 1 is the end.',
  ),
  oncefill_component_up: asked(
    ['component'],
    'Whether a process told its metrics for this answer: 1, or 0. One that did not has no other series.',
  ),
  oncefill_account_up: asked(['exchange'], "Whether the venue's account told its figures for this answer: 1, or 0."),
  oncefill_signal_to_order_seconds: {
    ...counted(
      ['road'],
      'From the moment in which the server took a signal until the venue had answered its order (short road), or until the workflow knew that the venue has it (durable road).',
    ),
    type: 'histogram',
    buckets: ORDER_BUCKETS,
  },
  oncefill_signal_step_seconds: {
    ...counted(
      ['step'],
      'Steps of the short road: reserve (from the start to the funds held), send (to the answer), book (to the end).',
    ),
    type: 'histogram',
    buckets: STEP_BUCKETS,
  },
  oncefill_signals_ended_total: counted(['outcome'], 'Signals that ended, by their outcome.'),
  oncefill_denials_total: counted(['code'], 'Signals that were refused, at the door or later, by denial code.'),
  oncefill_page_viewers: asked([], 'Windows that have the page open now.'),
  oncefill_hook_requests_total: counted(
    ['source', 'result'],
    'Requests at the hooks, by configured source ("other": of none) and by what became of them: accepted, repeated, nothing_open; conflicting, refused, malformed, unauthorized, which never will be; limited, unavailable, which may be sent again.',
  ),
  oncefill_venue_answers_total: counted(
    ['endpoint', 'kind'],
    'Requests to the venue, by what they came to; ANSWERED is a read that was answered.',
  ),
  oncefill_venue_stream_connected: asked(
    ['exchange'],
    "Whether the venue's private stream tells of orders now: 1, or 0. Without it orders are asked about more often.",
  ),
  oncefill_venue_stream_last_message_timestamp_seconds: asked(
    ['exchange'],
    "When the venue's private stream last sent anything; absent: nothing since the start.",
  ),
  oncefill_venue_stream_connections_total: counted(
    ['exchange'],
    "Times that the venue's private stream began to tell; before each of them is a gap.",
  ),
  oncefill_candle_stream_connected: asked(
    ['exchange'],
    "Whether the venue's public stream tells of candles now: 1, or 0. Without it candles are asked for, which takes requests.",
  ),
  oncefill_candle_stream_last_message_timestamp_seconds: asked(
    ['exchange'],
    "When the venue's public stream last sent anything; absent: nothing since the start.",
  ),
  oncefill_candle_stream_connections_total: counted(
    ['exchange'],
    "Times that the venue's public stream began to tell; candles that closed between are asked for.",
  ),
  oncefill_candle_stream_candles_total: counted(
    ['exchange', 'result'],
    'Candles of the public stream: taken; compared: those that a request has shown since; differed: times that the two said different things, whereupon a request decided.',
  ),
  oncefill_worker_tasks: asked(
    ['queue', 'kind'],
    'What a worker of Temporal has under way; kind: workflow (steps), activity, local_activity (trades on the short road).',
  ),
  oncefill_worker_activity_slots_free: asked(
    ['queue'],
    'How many more activities a worker would take at once; 0 for long: they wait at the server.',
  ),
  oncefill_worker_workflows_cached: asked(
    ['queue'],
    'Workflows that a worker keeps in memory; one that is not among them is replayed at its next step.',
  ),
  oncefill_limiter_wait_seconds: {
    ...counted(['endpoint'], 'How long a request has to wait for its permit.'),
    type: 'histogram',
    buckets: WAIT_BUCKETS,
  },
  oncefill_permits_lapsed_total: counted(
    ['endpoint'],
    'Times that a permit had ended before its request left, because this process or the account was too busy; another one is asked for.',
  ),
  oncefill_inference_seconds: {
    ...counted([], 'One run of the model, for all symbols.'),
    type: 'histogram',
    buckets: INFERENCE_BUCKETS,
  },
  oncefill_component_restarts_total: counted(
    ['component', 'cause'],
    'Processes, and the embedded server (temporal), that died and were started again by the supervisor; cause: exit, signal, or hang (it was ended).',
  ),
  oncefill_alerts_firing: asked(
    ['rule', 'severity'],
    'Alerts that fire and are not resolved yet, whether somebody was told or not; 0 for each rule of which there is none.',
  ),
  oncefill_notifications_total: counted(
    ['channel', 'result'],
    'Messages to people: sent; failed: attempts, each of which is repeated until the message is sent or given up; dropped: given up, or there was no room.',
  ),
  oncefill_outbox_messages: asked(['channel'], 'Messages that wait for their channel.'),
  oncefill_heartbeat_pings_total: counted(
    ['result'],
    "Pings to the dead man's switch that were due: sent, failed, or held_back because not all is well.",
  ),
  oncefill_heartbeat_ping_success_timestamp_seconds: asked(
    [],
    "When the dead man's switch last took a ping; absent: it took none since the start, or there is none.",
  ),
  oncefill_limiter_used_weight: asked(
    ['exchange', 'endpoint'],
    'Weight of the requests in the present window; "global": all of them.',
  ),
  oncefill_limiter_limit_weight: asked(
    ['exchange', 'endpoint'],
    'What entries may use of a window, after the safety margin.',
  ),
  oncefill_limiter_refused_total: durable(
    ['exchange'],
    'Requests that the limiter refused because they would have waited too long.',
  ),
  oncefill_limiter_penalties_total: durable(['exchange'], 'Times that the venue said "too many requests".'),
  oncefill_limiter_bans_total: durable(['exchange'], 'Times that the venue banned us.'),
  oncefill_limiter_blocked: asked(['exchange'], 'Whether a penalty or a ban holds every request back: 1 or 0.'),
  oncefill_reservations_total: durable(['exchange', 'result'], 'Reservations: reserved, denied, committed, released.'),
  oncefill_reservations_pending: asked(['exchange'], 'Reservations that hold funds.'),
  oncefill_account_report_timestamp_seconds: asked(
    ['exchange'],
    "When the venue last reported its balances, on the venue's clock.",
  ),
  oncefill_trading_state: asked(
    ['exchange', 'state'],
    '1 for the present trading state (active, reducing, halted), 0 for the others.',
  ),
  oncefill_signals_running: asked([], "Signals that have not ended, by the server's index."),
  oncefill_orders_unknown: asked([], 'Running signals of whose order nothing is proven.'),
  oncefill_position_size: asked(
    ['exchange', 'symbol', 'side'],
    'Size of an open position in base units; side is LONG or SHORT.',
  ),
  oncefill_position_value: asked(
    ['exchange', 'symbol', 'side'],
    'Value of an open position at its entry, in the settle asset.',
  ),
  oncefill_position_unprotected: asked(
    ['exchange', 'symbol'],
    '1: the open position has no stop at the exchange, 0: it has one.',
  ),
  oncefill_risk_equity: asked(
    ['exchange'],
    'Equity of the account, open profits and losses included; absent: not known.',
  ),
  oncefill_risk_blocking: asked(
    ['exchange', 'code'],
    'Whether a bound of risk denies every entry at present: 1, or 0.',
  ),
  oncefill_orders_missing: asked([], 'Running signals whose order the venue does not know: a person decides.'),
  oncefill_order_unknown_oldest_timestamp_seconds: asked(
    [],
    'When the oldest signal with an unknown or missing order started; absent: there is none.',
  ),
  oncefill_ml_ticks_total: durable(['result'], 'Ticks of the prediction loop: predicted or failed.'),
  oncefill_predictions_total: durable([], 'Predictions, one for each symbol and tick.'),
  oncefill_ml_signals_total: durable(['result'], "The model's signals: accepted, duplicate, refused."),
  oncefill_ml_last_tick_timestamp_seconds: asked([], 'When the candle of the last tick closed.'),
  oncefill_model_verdicts_total: durable(['outcome'], 'What became of predictions, by the reason; OPENED is a signal.'),
  oncefill_model_outcomes: asked(
    ['horizon'],
    'Predictions of late whose outcome is known, by minutes of the horizon: what the five next ones are made from.',
  ),
  oncefill_model_coverage_ratio: asked(
    ['horizon', 'interval'],
    "Share of the model's intervals of 50 and 90 % that held.",
  ),
  oncefill_model_hit_ratio: asked(['horizon'], 'Share of the moves that went in the direction of the prediction.'),
  oncefill_model_skill_ratio: asked(
    ['horizon'],
    'How much smaller the loss of its quantiles is than that of EWMA volatility; below 0 it is larger.',
  ),
  oncefill_model_brier_skill_ratio: asked(
    ['horizon'],
    'The same of its chance that a move exceeds the costs, against the share of moves that did.',
  ),
  oncefill_model_calibrated: asked(
    ['horizon'],
    '1: its 90 % intervals held often enough; 0: they did not, and no signal is made. Absent before there are enough outcomes.',
  ),
  oncefill_model_scale_ratio: asked(['horizon'], 'What its intervals are multiplied by, so that they hold.'),
  oncefill_model_data_end_timestamp_seconds: asked([], "When the model's training data end; absent: it does not tell."),
  worker_coordinator_last_heartbeat_timestamp_seconds: asked(['worker_id'], "When a component's last heartbeat was."),
} as const satisfies Record<string, MetricEntry>;

export const METRICS = { ...SEED_METRICS, ...OUR_METRICS } as const;
export type MetricName = keyof typeof METRICS;
/** The names that users of the older bots know. */
export const SEED_METRIC_NAMES = Object.keys(SEED_METRICS) as readonly MetricName[];

/** Counters whose known names end without `_total`: `promtool check metrics` complains of these, and of nothing else. */
export const SEED_COUNTERS: readonly MetricName[] = [
  'signal_deduplicator_total_checks',
  'signal_deduplicator_duplicates_found',
  'signal_deduplicator_unique_signals',
  'rate_limiter_blocked_requests',
];

export function entryOf(name: MetricName): MetricEntry {
  return METRICS[name];
}

function asked(labels: readonly string[], help: string): MetricEntry {
  return { type: 'gauge', help, labels, kept: 'asked' };
}

function counted(labels: readonly string[], help: string): MetricEntry {
  return { type: 'counter', help, labels, kept: 'process' };
}

function durable(labels: readonly string[], help: string): MetricEntry {
  return { type: 'counter', help, labels, kept: 'durable' };
}
