import type { Connection } from '@temporalio/client';
import { environmentOf } from '../config/trading-environment';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { isPortListening } from '../net/ports';
import { connectServer, isServerHere, resolveAnyTarget, type ServerTarget } from '../temporal/connection';
import { GrpcStatus, hasStatus } from '../temporal/grpc-status';
import { ENVIRONMENT_MARK, keyOf } from '../temporal/namespace-marks';
import { findMissing, serverTypeName } from '../temporal/search-attributes';
import { locateTemporalServer } from '../temporal/server-binary';
import { ok, reasonOf, skipped, toMend, type CheckResult, type Surroundings } from './check';
import { runningStarts } from './own-processes';

/** A clock that is further ahead than this mixes up what was first. */
const CLOCK_AHEAD_MAX_MS = 1_000;

/** The server as the checks that ask it see it. */
export type ServerAccess =
  | { readonly target: ServerTarget; readonly connection: Connection }
  | { readonly target: ServerTarget; readonly result: CheckResult };

/** What would be started, or is used instead. Nothing is fetched. */
export async function checkServerSource({ config, env }: Surroundings): Promise<CheckResult> {
  const { address, isEmbedded } = resolveAnyTarget(config, env);
  if (!isEmbedded) return ok(`the one at ${address} (TEMPORAL_ADDRESS); none is started`);
  const { source, path, version, failure } = await locateTemporalServer(env);
  if (source !== undefined) return ok(`embedded: ${path}, version ${version} (${source})`);
  return toMend(
    `no usable program here: ${failure}`,
    'The next start fetches one; without a network, put the Temporal CLI on PATH.',
  );
}

/**
 * Connects without claiming or creating anything.
 *
 * @returns the connection, which the caller closes, or what a check that needs it says
 */
export async function openServer({ config, env }: Surroundings): Promise<ServerAccess> {
  const target = resolveAnyTarget(config, env);
  if (target.isEmbedded && !(await isPortListening(config.temporal.port))) {
    const [start] = runningStarts(config);
    const result =
      start === undefined
        ? skipped(`nothing runs at ${target.address}; "oncefill start" starts it`)
        : toMend(
            `${target.address} does not answer, and "oncefill start" (process ${start}) runs`,
            'Wait a few seconds; then look at: oncefill logs --component bot_trading',
          );
    return { target, result };
  }
  try {
    return { target, connection: await connectServer(target) };
  } catch (error) {
    return {
      target,
      result: toMend(reasonOf(error), 'Start that server, or correct TEMPORAL_ADDRESS and its credentials.'),
    };
  }
}

export async function checkReachability(access: ServerAccess): Promise<CheckResult> {
  if ('result' in access) return access.result;
  const askedAtMs = performance.now();
  const { serverVersion } = await access.connection.workflowService.getSystemInfo({});
  const tookMs = Math.round(performance.now() - askedAtMs);
  return ok(`${access.target.address} answers in ${tookMs} ms, server ${serverVersion}`);
}

const NOT_ASKED = skipped('not asked: the Temporal server does not answer');

/** Whose the namespace is, and whether it remembers ended signals for longer than repetitions are accepted. */
export async function checkNamespace({ config }: Surroundings, access: ServerAccess): Promise<CheckResult> {
  if ('result' in access) return NOT_ASKED;
  const { namespace } = access.target;
  const environment = environmentOf(config);
  try {
    const answer = await access.connection.workflowService.describeNamespace({ namespace });
    const owner = answer.namespaceInfo?.data?.[keyOf(ENVIRONMENT_MARK)];
    if (owner !== undefined && owner !== environment) {
      return toMend(
        `${namespace} belongs to ${owner}, and ${environment} is configured`,
        'Set TEMPORAL_NAMESPACE to a namespace of its own.',
      );
    }
    return ok(`${namespace}, ${owner === undefined ? 'not stamped yet' : `stamped for ${owner}`}`);
  } catch (error) {
    if (!hasStatus(error, GrpcStatus.NOT_FOUND)) throw error;
    return toMend(`there is no namespace ${namespace}`, '"oncefill start" creates it, or an administrator does.');
  }
}

export async function checkRetention({ config }: Surroundings, access: ServerAccess): Promise<CheckResult> {
  if ('result' in access) return NOT_ASKED;
  const { namespace } = access.target;
  try {
    const answer = await access.connection.workflowService.describeNamespace({ namespace });
    const keptSeconds = Number(answer.config?.workflowExecutionRetentionTtl?.seconds ?? 0);
    return judgeRetention(keptSeconds, config.signals.dedupWindowSeconds, namespace, config.temporal.retentionHours);
  } catch (error) {
    if (!hasStatus(error, GrpcStatus.NOT_FOUND)) throw error;
    return skipped('no namespace yet');
  }
}

/** A server that forgets an ended signal while its repetition is still accepted would let it be traded twice. */
export function judgeRetention(
  keptSeconds: number,
  windowSeconds: number,
  namespace: string,
  hours: number,
): CheckResult {
  const found = `ended signals are kept for ${keptSeconds} s, repetitions accepted for ${windowSeconds} s`;
  if (keptSeconds > windowSeconds) return ok(found);
  return toMend(found, `Run: temporal operator namespace update --namespace ${namespace} --retention ${hours}h`);
}

export async function checkSearchAttributes(access: ServerAccess): Promise<CheckResult> {
  if ('result' in access) return NOT_ASKED;
  const { namespace } = access.target;
  try {
    const missing = await findMissing(access.connection, namespace, SEARCH_ATTRIBUTES);
    if (missing.length === 0) return ok(`all ${SEARCH_ATTRIBUTES.length} are there`);
    const names = missing.map(({ name, type }) => `${name} (${serverTypeName(type)})`).join(', ');
    return toMend(`missing: ${names}`, '"oncefill start" adds them, or an administrator does.');
  } catch (error) {
    if (hasStatus(error, GrpcStatus.NOT_FOUND)) return skipped('no namespace yet');
    throw error;
  }
}

/** The server tells no time by itself: the stamps on what it started last cannot be younger than now. */
export async function checkServerClock(access: ServerAccess): Promise<CheckResult> {
  const { address, namespace } = access.target;
  if (isServerHere(address)) return ok('the server is on this machine: one clock');
  if ('result' in access) return NOT_ASKED;
  const { executions } = await access.connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 });
  const seconds = executions[0]?.startTime?.seconds;
  if (seconds === undefined || seconds === null) return skipped('nothing was started there yet to tell by');
  const aheadMs = Number(seconds) * 1_000 - Date.now();
  if (aheadMs <= CLOCK_AHEAD_MAX_MS) return ok("nothing on the server is stamped later than this machine's clock");
  return toMend(
    `the server is at least ${aheadMs} ms ahead of this machine`,
    'Let both machines keep time (chrony, systemd-timesyncd).',
  );
}
