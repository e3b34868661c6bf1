import type { Client } from '@temporalio/client';

/** What a namespace remembers in its own data, which outlive every workflow of it. Ours begin so. */
const PREFIX = 'oncefill.';

/** The environment that the namespace belongs to: paper, testnet, demo or live. */
export const ENVIRONMENT_MARK = 'environment';
/**
 * Since when every workflow that trades names its environment, as ISO 8601; SINCE_CREATION where no other ever ran.
 */
export const TRAVELS_SINCE_MARK = 'environment-travels-since';
export const SINCE_CREATION = 'creation';

/** The key under which an administrator sees a mark. */
export function keyOf(name: string): string {
  return `${PREFIX}${name}`;
}

/** The marks of a namespace that is created for an environment. */
export function marksOfNew(environment: string): Record<string, string> {
  return { [keyOf(ENVIRONMENT_MARK)]: environment, [keyOf(TRAVELS_SINCE_MARK)]: SINCE_CREATION };
}

/** @returns undefined where there is no such mark */
export async function readMark(client: Client, name: string): Promise<string | undefined> {
  const { namespaceInfo } = await client.workflowService.describeNamespace({ namespace: client.options.namespace });
  const data = namespaceInfo?.data ?? {};
  const key = keyOf(name);
  return Object.hasOwn(data, key) ? data[key] : undefined;
}

/** Other marks stay as they are. @throws what the server answers, where it does not let this program change namespaces */
export async function writeMark(client: Client, name: string, value: string): Promise<void> {
  const { namespace } = client.options;
  await client.workflowService.updateNamespace({ namespace, updateInfo: { data: { [keyOf(name)]: value } } });
}
