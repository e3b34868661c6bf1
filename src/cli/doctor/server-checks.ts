import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { environmentOf } from '../../config/trading-environment';
import { SEARCH_ATTRIBUTES } from '../../messages/search-attributes';
import { isPortListening } from '../../net/ports';
import { readRunningPid } from '../../process/pid-file';
import { START_MODES } from '../../supervisor/plan';
import { startLockPath } from '../../supervisor/run-folder';
import { isServerHere, resolveAnyTarget } from '../../temporal/connection';
import { assertSameEnvironment } from '../../temporal/environment-stamp';
import { GrpcStatus, hasStatus } from '../../temporal/grpc-status';
import { ENVIRONMENT_MARK, keyOf } from '../../temporal/namespace-marks';
import { locateTemporalServer } from '../../temporal/server-binary';
import { type Check, type DoctorContext, type Finding, mend, skipped, unknown, well } from './check';

export const SERVER_CHECK: Check = {
  name: 'server',
  async run({ config, env }) {
    const { address, isEmbedded = false } = resolveAnyTarget(config, env);
    if (!isEmbedded) return well(`your own at ${address}`);
    const located = await locateTemporalServer(env);
    if ('path' in located) return well(`embedded, from ${located.path} (${located.version})`);
    return skipped(`embedded: ${located.failure}; the first start fetches one`);
  },
};

/** Less than a check may take: the one line of it says what is wrong. */
const CONNECT_MAX_MS = 4_000;

/** A server that answers, or why there is none; where none is meant to run yet, there is nothing to mend. */
async function connect({ config, env, server }: DoctorContext): Promise<Connection | Finding> {
  const { address, isEmbedded = false } = resolveAnyTarget(config, env);
  if (isEmbedded && !(await isPortListening(config.temporal.port))) {
    const isStarted = START_MODES.some((mode) => readRunningPid(startLockPath(config.dataDir, mode)) !== undefined);
    if (!isStarted) return skipped('no server runs: it is asked after "oncefill start"');
    return mend(
      `nothing listens at ${address}, and "oncefill start" runs`,
      'give it a few seconds, then look into its terminal',
    );
  }
  const late = sleep(CONNECT_MAX_MS, undefined, { ref: false }).then(() =>
    unknown(`not known (${address} gave no answer within ${CONNECT_MAX_MS / 1_000} s: machine busy?)`),
  );
  return Promise.race([server(), late]);
}

function isFinding(answer: Connection | Finding): answer is Finding {
  return 'verdict' in answer;
}

/** Asks a server that answers; that it does not is told once, by REACH_CHECK. */
function onServer(name: string, ask: (connection: Connection, context: DoctorContext) => Promise<Finding>): Check {
  return {
    name,
    async run(context) {
      const answer = await connect(context).catch(() => skipped('the server cannot be reached'));
      if (!isFinding(answer)) return ask(answer, context);
      return answer.verdict === 'skipped' ? answer : skipped('the server cannot be reached');
    },
  };
}

export const REACH_CHECK: Check = {
  name: 'reachable',
  async run(context) {
    const connection = await connect(context);
    if (isFinding(connection)) return connection;
    const { address } = resolveAnyTarget(context.config, context.env);
    const askedAtMs = performance.now();
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    const tookMs = Math.round(performance.now() - askedAtMs);
    return well(`${address} answers in ${tookMs} ms, server ${serverVersion}`);
  },
};

interface FoundNamespace {
  readonly retentionSeconds: number;
  readonly owner?: string;
}

/** @returns undefined: the server has none of this name */
export async function readNamespace(connection: Connection, namespace: string): Promise<FoundNamespace | undefined> {
  try {
    const { config, namespaceInfo } = await connection.workflowService.describeNamespace({ namespace });
    const retentionSeconds = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
    return { retentionSeconds, owner: namespaceInfo?.data?.[keyOf(ENVIRONMENT_MARK)] ?? undefined };
  } catch (error) {
    if (hasStatus(error, GrpcStatus.NOT_FOUND)) return undefined;
    throw error;
  }
}

export const NAMESPACE_CHECK = onServer('namespace', async (connection, { config }) => {
  const { namespace } = config.temporal;
  const found = await readNamespace(connection, namespace);
  if (found === undefined) return skipped(`${namespace} is made by the first start`);
  if (found.owner === undefined) return well(`${namespace}, not stamped yet`);
  assertSameEnvironment(namespace, found.owner, environmentOf(config));
  return well(`${namespace}, for ${found.owner}`);
});

/** Whether an ended signal is remembered for longer than it could be sent again. */
export function judgeRetention(retentionSeconds: number, dedupWindowSeconds: number): Finding {
  const found = `ended signals are kept ${Math.round(retentionSeconds / 3_600)} h, and taken within ${dedupWindowSeconds} s`;
  if (retentionSeconds > dedupWindowSeconds) return well(found);
  return mend(`${found}: one could be traded twice`, 'raise it: temporal operator namespace update --retention 72h');
}

export const RETENTION_CHECK = onServer('retention', async (connection, { config }) => {
  const found = await readNamespace(connection, config.temporal.namespace);
  if (found === undefined) return skipped('the namespace is made by the first start');
  return judgeRetention(found.retentionSeconds, config.signals.dedupWindowSeconds);
});

export const ATTRIBUTES_CHECK = onServer('search attributes', async (connection, { config }) => {
  const { namespace } = config.temporal;
  if ((await readNamespace(connection, namespace)) === undefined)
    return skipped('the namespace is made by the first start');
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = SEARCH_ATTRIBUTES.map(({ name }) => name).filter((name) => customAttributes[name] === undefined);
  if (missing.length === 0) return well(`all ${SEARCH_ATTRIBUTES.length} are there`);
  return mend(`${missing.join(', ')} are missing`, 'start oncefill, which adds them, or have an administrator do it');
});

export const SERVER_CLOCK_CHECK = onServer('server clock', (_connection, { config, env }) => {
  const { address } = resolveAnyTarget(config, env);
  if (isServerHere(address)) return Promise.resolve(well('the server is on this machine and has its clock'));
  return Promise.resolve(skipped(`${address} tells no time; let both machines follow NTP`));
});
