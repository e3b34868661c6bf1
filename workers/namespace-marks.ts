import type { Client } from '@temporalio/client';

/** What a namespace remembers in its own data, which outlive every workflow of it. Ours begin so. */
const PREFIX = 'oncefill.';

/** The key under which an administrator sees a mark. */
export function keyOf(name: string): string {
  return `${PREFIX}${name}`;
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
