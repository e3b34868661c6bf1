import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { rateLimitsOf } from '../config/rate-limits';
import type { Config } from '../config/schema';
import { environmentOf, tradingVenueOf } from '../config/trading-environment';
import { inspectionPace, weightOf } from '../domain/request-budget';
import { ENTITIES_TASK_QUEUE, venueAccountWorkflowId } from '../messages/ids';
import { accountHealthQuery, usageQuery, type AccountHealth } from '../messages/venue-account';
import { withoutGrpcWords } from '../net/grpc-words';
import { identifyProcess } from '../process/pid-file';
import type { NoPermitError } from '../venues/venue';
import type { EndpointGroup, LimitReport } from '../venues/venue';
import { noRoomWords, roomOf, type VenueRoom } from './venue-room';

/** Where no engine runs, nobody else uses up the limits: below the narrowest of them, five requests a second for fee rates. */
const PACE_MS = 220;
/** The account of an engine that runs answers within moments. */
const ANSWER_MAX_MS = 3_000;
/** Below it, a block is how a limiter works. */
const BLOCK_TOLD_MIN_MS = 1_000;

/** Whether a command may ask the venue now, and who says so. */
export type VenueAccess =
  /** engine: its limiter gives permits. alone: no engine of ours trades there. */
  | {
      readonly status: 'open';
      readonly who: 'engine' | 'alone';
      /** How the account is; absent: alone. */
      readonly health?: AccountHealth;
      /** Awaited before every request. @throws NoPermitError: nothing may be sent */
      readonly mayAsk: (endpoint: EndpointGroup) => Promise<void>;
      /** How many requests are left of those that may be asked altogether. */
      readonly left: () => number;
      /** After how many seconds as many may be asked again. */
      readonly againInSeconds: number;
      /** Whether so many questions never fit into what may be asked at once, however idle all others are. */
      readonly isTooFew: (questions: number) => boolean;
      /** Tells whoever gives permits what a reply says of the venue's limits. */
      readonly hear: (report: LimitReport) => void;
      readonly close: () => Promise<void>;
    }
  /** banned: the venue refuses requests. no_room: the windows are full. silent: an engine may run, and its limiter is not heard. */
  | { readonly status: 'held'; readonly why: 'banned' | 'no_room' | 'silent'; readonly sentence: string };

type Held = Extract<VenueAccess, { status: 'held' }>;
export type OpenAccess = Extract<VenueAccess, { status: 'open' }>;
type NoPermit = (message: string) => NoPermitError;

/**
 * Finds out who keeps the venue's limits, and whether they leave room. Nothing is sent to the venue. That no engine runs is only
 * taken for true where it is certain: else nothing may be asked.
 *
 * @throws what resolving the server's address throws
 */
export async function openVenueAccess(config: Config, env: NodeJS.ProcessEnv): Promise<VenueAccess> {
  const { NoPermitError } = await import('../venues/venue');
  const noPermit: NoPermit = (message) => new NoPermitError({ kind: 'RATE_LIMITED', message });
  const [{ connectClient, resolveAnyTarget }, { isPortListening }] = await Promise.all([
    import('../temporal/connection'),
    import('../net/ports'),
  ]);
  const target = resolveAnyTarget(config, env);
  const { hostname: host, port } = new URL(`tcp://${target.address}`);
  if (!(await isPortListening(Number(port), host.replace(/^\[|\]$/g, '')))) return openAlone(config, noPermit);
  const connecting = connectClient(target);
  const connected = await Promise.race([
    connecting.catch((error: unknown) => (error instanceof Error ? error : new Error(String(error)))),
    delay(ANSWER_MAX_MS, undefined, { ref: false }),
  ]);
  if (connected === undefined || connected instanceof Error) {
    // It may be made after all, and nobody waits for it.
    if (connected === undefined) connecting.then(({ connection }) => connection.close()).catch(() => undefined);
    if (await isUnknownNamespace(connected)) return openAlone(config, noPermit);
    return silent(`the Temporal server at ${target.address} does not answer`);
  }
  const access = await askAccount(config, connected.client, noPermit);
  if (access.status === 'held' || access.who === 'alone') {
    await connected.connection.close();
    return access;
  }
  return { ...access, close: () => connected.connection.close() };
}

async function isUnknownNamespace(error: unknown): Promise<boolean> {
  const { GrpcStatus, isCausedByStatus } = await import('../temporal/grpc-status');
  return isCausedByStatus(error, GrpcStatus.NOT_FOUND);
}

async function askAccount(config: Config, client: Client, noPermit: NoPermit): Promise<VenueAccess> {
  const { servingProcesses } = await import('../observability/waiting');
  const handle = client.workflow.getHandle(venueAccountWorkflowId(tradingVenueOf(config)));
  const ask = <Answer>(call: () => Promise<Answer>): Promise<Answer | undefined> =>
    client.withDeadline(Date.now() + ANSWER_MAX_MS, call).catch(() => undefined);
  const { queryPatiently } = await import('../temporal/patient-query');
  const [isThere, health, usage, serving] = await Promise.all([
    client
      .withDeadline(Date.now() + ANSWER_MAX_MS, () => handle.describe())
      .then(
        ({ status }) => status.name === 'RUNNING',
        (error: unknown) => !(error instanceof Error && error.name === 'WorkflowNotFoundError'),
      ),
    ask(() => queryPatiently(handle, accountHealthQuery)),
    ask(() => queryPatiently(handle, usageQuery)),
    servingProcesses(client, config),
  ]);
  if (!isThere) return openAlone(config, noPermit);
  if (health !== undefined && usage !== undefined) {
    const held = heldBy(config, health);
    if (held !== undefined) return held;
    const { weight, budget } = budgetOf(config);
    const room = roomOf(usage, weight);
    if (room.requests < 1) return { status: 'held', why: 'no_room', sentence: noRoomWords(room.againInSeconds) };
    const bounded = { ...room, requests: Math.min(room.requests, budget), requestsMax: budget };
    return besideEngine(config, client, health, bounded, noPermit);
  }
  const isServed = serving.some(
    ({ host, pid, queues }) =>
      queues.includes(ENTITIES_TASK_QUEUE) && (host !== hostname() || identifyProcess(pid) !== undefined),
  );
  // The server was asked in the same moment and knows of nobody who would trade.
  if (!isServed && serving.length > 0) return openAlone(config, noPermit);
  if (!isServed && (await answers(client))) return openAlone(config, noPermit);
  return silent(`the account of ${config.venue}, which keeps the request limits, does not answer`);
}

/** Whether the server answers at all: then what it did not name is not there. */
async function answers(client: Client): Promise<boolean> {
  try {
    await client.withDeadline(Date.now() + ANSWER_MAX_MS, () => client.workflowService.getSystemInfo({}));
    return true;
  } catch {
    return false;
  }
}

/** @returns undefined: the venue serves us */
function heldBy({ venue }: Config, { blockedForMs, blockedBy }: AccountHealth): Held | undefined {
  if (blockedForMs < BLOCK_TOLD_MIN_MS) return undefined;
  const seconds = Math.ceil(blockedForMs / 1_000);
  const what = blockedBy === 'rate_limited' ? 'too many requests' : 'a ban';
  const sentence = `${venue} refuses requests for ${seconds} s more (${what}), so nothing was asked; try again then.`;
  return { status: 'held', why: 'banned', sentence };
}

function silent(what: string): Held {
  const sentence = `An engine may be trading, and ${what}, so nothing was asked of the exchange: look at "oncefill status", and try again.`;
  return { status: 'held', why: 'silent', sentence };
}

function budgetOf(config: Config): {
  readonly weight: number;
  readonly budget: number;
  readonly againInSeconds: number;
} {
  const venue = config.venues[config.venue];
  if (!venue) throw new Error(`The venue "${config.venue}" is not configured.`);
  const limits = rateLimitsOf(config, venue);
  const { questions, spanMs } = inspectionPace(limits);
  return { weight: weightOf(limits, 'account'), budget: questions, againInSeconds: Math.ceil(spanMs / 1_000) };
}

/** What may be asked now, what may be asked at most at once, and when again. */
interface Room extends VenueRoom {
  readonly requestsMax: number;
}

/** Counts what is asked, and ends it where the room is used up. */
function counted(
  room: Room,
  permit: (endpoint: EndpointGroup) => Promise<void>,
  noPermit: NoPermit,
): Pick<OpenAccess, 'mayAsk' | 'left' | 'againInSeconds' | 'isTooFew'> {
  let left = room.requests;
  return {
    againInSeconds: room.againInSeconds,
    isTooFew: (questions) => questions > room.requestsMax,
    left: () => left,
    mayAsk: async (endpoint) => {
      if (left < 1) throw noPermit(noRoomWords(room.againInSeconds));
      left -= 1;
      await permit(endpoint);
    },
  };
}

async function besideEngine(
  config: Config,
  client: Client,
  health: AccountHealth,
  room: Room,
  noPermit: NoPermit,
): Promise<OpenAccess> {
  const [{ EntityCaller }, { VenueAccountClient }, { Permits }, { feedbackSignal }] = await Promise.all([
    import('../trading/entity-caller'),
    import('../trading/venue-account-client'),
    import('../trading/permits'),
    import('../messages/venue-account'),
  ]);
  const entities = new EntityCaller(client, config.workers.entityCallsMax, () =>
    Promise.reject(new Error('No account runs.')),
  );
  const permits = new Permits(new VenueAccountClient(entities, environmentOf(config)), config.venue);
  const account = client.workflow.getHandle(venueAccountWorkflowId(tradingVenueOf(config)));
  return {
    status: 'open',
    who: 'engine',
    health,
    ...counted(
      room,
      // An account that stops answering gives no permit: nothing is sent without one.
      (endpoint) =>
        permits.forRead(endpoint, 'entry').then(
          () => undefined,
          (error: unknown) => {
            if (error instanceof Error && error.name === 'VenueError') throw error;
            throw noPermit(
              `The account that keeps the request limits does not answer (${withoutGrpcWords(String(error))}).`,
            );
          },
        ),
      noPermit,
    ),
    // What a refusal says concerns the engine as well.
    hear: (report) => {
      if (report.kind !== 'ok') account.signal(feedbackSignal, report).catch(() => undefined);
    },
    close: () => Promise.resolve(),
  };
}

/** One request after the other, each so long after the one before; none after the venue refused one for their number. */
function openAlone(config: Config, noPermit: NoPermit): OpenAccess {
  const { budget, againInSeconds } = budgetOf(config);
  let last = Promise.resolve();
  let refusal: LimitReport['kind'] | undefined;
  const pace = async (): Promise<void> => {
    const mine = last;
    last = mine.then(() => delay(PACE_MS));
    await mine;
    if (refusal === undefined) return;
    throw noPermit(
      `${config.venue} refuses requests for a while (${refusal === 'banned' ? 'a ban' : 'too many requests'}).`,
    );
  };
  return {
    status: 'open',
    who: 'alone',
    ...counted({ requests: budget, requestsMax: budget, againInSeconds }, pace, noPermit),
    hear: ({ kind }) => {
      if (kind !== 'ok') refusal = kind;
    },
    close: () => Promise.resolve(),
  };
}
