import type { ServerResponse } from 'node:http';
import type { TrafficAudit } from '../audit';
import { forgetOrders, rememberOrder } from '../book/forget';
import { sendReply } from '../http/http-server';
import { refusalReply, type HttpReply } from '../http/messages';
import { type EndpointName, text } from '../http/route';
import type { AdmittedRequest, VenueService } from '../http/venue-service';
import { RET_CODES } from '../ret-codes';
import {
  ambiguousCode,
  gatewayError,
  leapt,
  throttled,
  truncated,
  withoutYoungFills,
  withoutYoungOrders,
  wrongJson,
} from './broken-replies';
import type { StopKind } from '../book/records';
import { placeExternalOrder } from './external-order';
import type { Fault, FaultClass } from './fault-classes';
import { type FaultPlan, FaultPlanner } from './fault-plan';
import { withOddRows } from './odd-rows';
import { befallAccount, type AccountFault } from './account-faults';
import { loseStops, PositionAnswers, stopRefusal } from './position-faults';
import type { StreamFaults } from './stream-faults';
import { Transmission } from './transmission';

/** Orders younger than this may be missing from a look-up. */
const YOUNG_ORDER_MS = 900;

/** A late order is accepted this long before its receive window ends, so that every look-up after the window shows it. */
const RECEIVE_WINDOW_MARGIN_MS = YOUNG_ORDER_MS + 100;

/** How far the clock steps. */
const CLOCK_STEP_MS = 2_000;

/** An order that is forgotten for a while only is known again after this. */
const FORGOTTEN_MS = 8_000;

/** Why an order is rejected after it was acknowledged. */
const REJECT_REASONS = ['EC_InvalidSymbolStatus', 'EC_ReachRiskPriceLimit', 'EC_Others'] as const;

/** Of so many market orders that find too little one finds nothing. */
const NOTHING_OF_SO_MANY = 4;

/** Client ids whose requests are counted for targets; more are counted together with none. */
const COUNTED_CLIENT_ORDER_IDS_MAX = 100_000;

type StopFault =
  | 'attached_stop_lost'
  | 'stop_cleared'
  | 'stop_refused'
  | 'stop_late'
  | 'stop_fills_partly'
  | 'position_stale'
  | 'position_hidden';
type VenueFault = 'reject_after_ack' | 'ioc_rest' | 'status_change' | 'maintenance' | 'odd_rows' | AccountFault;
type Injection = (response: ServerResponse, request: AdmittedRequest, fault: Fault) => void;

/** Carries out admitted requests, as the fault plan wants it. Without a plan every request is simply answered. */
export class FaultInjector {
  readonly #transmission = new Transmission();
  readonly #endpointOrdinals = new Map<EndpointName, number>();
  readonly #clientOrderIdOrdinals = new Map<string, number>();
  readonly #injections = this.#createInjections();
  readonly #positions: PositionAnswers;
  #planner: FaultPlanner | undefined;

  constructor(
    private readonly service: VenueService,
    private readonly audit: TrafficAudit,
    private readonly setStreamFaults: (seed: number, shares: StreamFaults | undefined) => void = () => undefined,
  ) {
    this.#positions = new PositionAnswers(service.core);
  }

  /** The classes that the present plan can bring besides its targets; empty without a plan. */
  get plan(): { readonly plan: FaultPlan; readonly classes: readonly FaultClass[] } | undefined {
    return this.#planner && { plan: this.#planner.plan, classes: this.#planner.classes };
  }

  /** Starts a plan from its first request, or heals the venue. Late acceptances already on their way still happen. */
  setPlan(plan: FaultPlan | undefined): void {
    this.#planner = plan && new FaultPlanner(plan);
    this.setStreamFaults(plan?.seed ?? 0, this.#planner?.streamFaults);
    this.#endpointOrdinals.clear();
    this.#clientOrderIdOrdinals.clear();
    this.service.liftBan();
    this.service.core.account.stopUntil(0);
    this.service.core.account.revokeKeyUntil(0);
    this.service.core.engine.rules.openAll();
    this.service.core.clock.setOffset(0);
  }

  respond(response: ServerResponse, request: AdmittedRequest): void {
    const fault = this.#planner && this.#decide(this.#planner, request);
    if (fault) {
      this.audit.countFault(fault.class);
      this.#injections[fault.class](response, request, fault);
      return;
    }
    const reply = this.#execute(request);
    if (this.#planner && request.route.name === 'position_list') this.#positions.remember(reply);
    sendReply(response, reply);
  }

  close(): void {
    this.#transmission.close();
  }

  #decide(planner: FaultPlanner, request: AdmittedRequest): Fault | undefined {
    const endpoint = request.route.name;
    const clientOrderId = text(request.parameters, 'orderLinkId');
    const ordinal = increment(this.#endpointOrdinals, endpoint);
    const isCounted = clientOrderId !== undefined && this.#clientOrderIdOrdinals.size < COUNTED_CLIENT_ORDER_IDS_MAX;
    const clientOrderIdOrdinal = isCounted ? increment(this.#clientOrderIdOrdinals, `${endpoint} ${clientOrderId}`) : 0;
    return planner.decide({ endpoint, clientOrderId, ordinal, clientOrderIdOrdinal });
  }

  #execute(request: AdmittedRequest, options: Parameters<VenueService['execute']>[1] = {}): HttpReply {
    const { account, clock } = this.service.core;
    if (request.route.signed && account.isKeyRevoked(clock.steadyNowMs())) {
      this.audit.countRefusal(RET_CODES.apiKeyInvalid);
      if (request.route.name === 'order_create') this.audit.ordersRejected += 1;
      return refusalReply(RET_CODES.apiKeyInvalid, 'API key is invalid.', clock.nowMs());
    }
    return this.service.execute(request, options);
  }

  #createInjections(): Readonly<Record<FaultClass, Injection>> {
    const { send, reset, staySilent, stall, cutOff, drip } = bound(this.#transmission);
    const execute = (request: AdmittedRequest): HttpReply => this.#execute(request);
    return {
      ...this.#createVenueInjections(),
      ...this.#createStopInjections(),
      accept_then_time_out: (response, request) => {
        execute(request);
        staySilent(response);
      },
      accept_then_reset: (response, request) => {
        execute(request);
        reset(response);
      },
      drop: (response) => staySilent(response),
      late_acceptance: (response, request, fault) => this.#acceptLate(response, request, fault),
      duplicate_delivery: (response, request) => {
        execute(request);
        send(response, execute(request));
      },
      partial_fill: (response, request, { share, delayMs }) => {
        send(response, this.#execute(request, { partialFill: { share, restDelayMs: delayMs } }));
      },
      gateway_error: (response, request, { accepted, variant }) => {
        if (accepted) execute(request);
        send(response, gatewayError(variant));
      },
      throttled: (response, _request, { variant }) => send(response, throttled(variant)),
      server_error_code: (response, request, { accepted, variant }) => {
        if (accepted) execute(request);
        send(response, ambiguousCode(variant, this.service.core.clock.nowMs()));
      },
      truncated_json: (response, request) => send(response, truncated(execute(request))),
      wrong_json: (response, request, { variant }) => send(response, wrongJson(execute(request), variant)),
      stalled_body: (response, request) => stall(response, execute(request)),
      body_cut_off: (response, request) => cutOff(response, execute(request)),
      connection_reset: (response) => reset(response),
      slow_bytes: (response, request, { delayMs }) => drip(response, execute(request), delayMs),
      hidden_young_orders: (response, request) => {
        send(response, withoutYoungOrders(execute(request), YOUNG_ORDER_MS, this.service.core.clock.nowMs()));
      },
      stale_young_orders: (response, request) => {
        send(response, withoutYoungFills(execute(request), YOUNG_ORDER_MS, this.service.core.clock.nowMs()));
      },
      clock_step: (response, request, fault) => this.#stepClock(response, request, fault),
      key_revoked: (response, request, { delayMs }) => {
        const { account, clock } = this.service.core;
        account.revokeKeyUntil(clock.steadyNowMs() + delayMs);
        send(response, execute(request));
      },
      external_order: (response, request, { variant }) => {
        placeExternalOrder(this.service.core, variant);
        send(response, execute(request));
      },
      vanish_after_ack: (response, request) => send(response, this.#execute(request, { vanishes: true })),
      forgets_closed_orders: (response, request, fault) => {
        send(response, execute(request));
        this.#forgetSoon(request, fault);
      },
      ban: (response, request, { delayMs }) => {
        this.service.ban(delayMs);
        send(response, this.service.refuseBanned(request.route));
      },
      clock_leap: (response, request, { variant }) => send(response, leapt(execute(request), variant)),
    };
  }

  /** What the venue does, not the way to it. */
  #createVenueInjections(): Readonly<Record<VenueFault, Injection>> {
    const { send } = bound(this.#transmission);
    return {
      reject_after_ack: (response, request, { variant }) => {
        const rejectedFor = REJECT_REASONS[variant % REJECT_REASONS.length];
        send(response, this.#execute(request, { rejectedFor }));
      },
      ioc_rest: (response, request, { share, variant }) => {
        const iocShare = variant % NOTHING_OF_SO_MANY === 0 ? 0 : share;
        send(response, this.#execute(request, { iocShare }));
      },
      status_change: (response, request, { delayMs, variant }) => {
        const symbol = text(request.parameters, 'symbol');
        const { engine, clock } = this.service.core;
        const state = variant % 2 === 0 ? 'delisting' : 'closed';
        if (symbol !== undefined) engine.rules.setState(symbol, state, clock.steadyNowMs() + delayMs);
        send(response, this.#execute(request));
      },
      maintenance: (response, request, { delayMs }) => {
        const { account, clock } = this.service.core;
        account.stopUntil(clock.steadyNowMs() + delayMs);
        send(response, this.#execute(request));
      },
      odd_rows: (response, request, { variant }) => {
        send(response, withOddRows(this.#execute(request), request.route.name, variant));
      },
      ...this.#createAccountInjections(),
    };
  }

  /** What becomes of positions without anybody here asking: before the request, which then shows it. */
  #createAccountInjections(): Readonly<Record<AccountFault, Injection>> {
    const { send } = bound(this.#transmission);
    const inject =
      (name: AccountFault): Injection =>
      (response, request, fault) => {
        befallAccount(this.service.core, name, text(request.parameters, 'symbol'), fault);
        send(response, this.#execute(request));
      };
    return {
      liquidation: inject('liquidation'),
      adl: inject('adl'),
      manual_close: inject('manual_close'),
      manual_add: inject('manual_add'),
    };
  }

  /** What becomes of positions and their stops. */
  #createStopInjections(): Readonly<Record<StopFault, Injection>> {
    const { send } = bound(this.#transmission);
    return {
      attached_stop_lost: (response, request, { variant }) => {
        const losesStops: readonly StopKind[] = variant % 2 === 0 ? ['StopLoss'] : ['StopLoss', 'TakeProfit'];
        send(response, this.#execute(request, { losesStops }));
      },
      stop_cleared: (response, request, { delayMs, variant }) => {
        this.#transmission.after(delayMs, () => loseStops(this.service.core, variant));
        send(response, this.#execute(request));
      },
      stop_refused: (response, request, { variant }) => {
        send(response, this.#execute(request, { refusesStopFor: stopRefusal(variant) }));
      },
      stop_late: (response, request, { delayMs }) => {
        send(response, this.#execute(request, { stopTrouble: { lateMs: delayMs } }));
      },
      stop_fills_partly: (response, request, { share }) => {
        send(response, this.#execute(request, { stopTrouble: { fillShare: share } }));
      },
      position_stale: (response, request) => send(response, this.#positions.stale(this.#execute(request))),
      position_hidden: (response, request, { variant }) => {
        send(response, this.#positions.hidden(this.#execute(request), variant));
      },
    };
  }

  #acceptLate(response: ServerResponse, request: AdmittedRequest, { delayMs }: Fault): void {
    const { clock } = this.service.core;
    const nowMs = clock.nowMs();
    const latestMs = (request.validUntilMs ?? nowMs) - nowMs - RECEIVE_WINDOW_MARGIN_MS;
    const { steps } = clock;
    this.#transmission.after(Math.max(0, Math.min(delayMs, latestMs)), () => {
      // Across a step of the clock the end of the receive window is not certain, and the venue lets go of the order.
      if (clock.steps === steps) this.service.execute(request);
    });
    this.#transmission.reset(response);
  }

  #forgetSoon(request: AdmittedRequest, { delayMs, variant }: Fault): void {
    const { book } = this.service.core;
    const clientOrderId = text(request.parameters, 'orderLinkId');
    if (clientOrderId === undefined) return;
    this.#transmission.after(delayMs, () => forgetOrders(book, { clientOrderId }));
    if (variant % 2 === 0) return;
    this.#transmission.after(delayMs + FORGOTTEN_MS, () => rememberOrder(book, clientOrderId));
  }

  #stepClock(response: ServerResponse, request: AdmittedRequest, { delayMs, variant }: Fault): void {
    const { clock } = this.service.core;
    clock.setOffset(variant % 2 === 0 ? CLOCK_STEP_MS : -CLOCK_STEP_MS);
    this.#transmission.after(delayMs, () => clock.setOffset(0));
    this.#transmission.send(response, this.#execute(request));
  }
}

function bound(
  transmission: Transmission,
): Pick<Transmission, 'send' | 'reset' | 'staySilent' | 'stall' | 'cutOff' | 'drip'> {
  return {
    send: (response, reply) => transmission.send(response, reply),
    reset: (response) => transmission.reset(response),
    staySilent: (response) => transmission.staySilent(response),
    stall: (response, reply) => transmission.stall(response, reply),
    cutOff: (response, reply) => transmission.cutOff(response, reply),
    drip: (response, reply, durationMs) => transmission.drip(response, reply, durationMs),
  };
}

function increment<Key>(counts: Map<Key, number>, key: Key): number {
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return count;
}
