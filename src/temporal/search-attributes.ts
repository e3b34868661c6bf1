import type { Connection } from '@temporalio/client';
import type { SearchAttributeType } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { pollUntil } from '../process/poll';
import { NamespaceError } from './errors';
import { GrpcStatus, hasStatus } from './grpc-status';
import { explainRefusal, USABLE_INTERVAL_MS, USABLE_TIMEOUT_MS } from './namespace';

/** A search attribute's name and type, as `defineSearchAttributeKey` makes it. */
export interface SearchAttribute {
  readonly name: string;
  readonly type: SearchAttributeType;
}

type IndexedValueType = temporal.api.enums.v1.IndexedValueType;
const { IndexedValueType } = temporal.api.enums.v1;

/** The server's type for each of the SDK's, and its name on the command line. */
const SERVER_TYPES: Readonly<Record<SearchAttributeType, { readonly value: IndexedValueType; readonly name: string }>> =
  {
    TEXT: { value: IndexedValueType.INDEXED_VALUE_TYPE_TEXT, name: 'Text' },
    KEYWORD: { value: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD, name: 'Keyword' },
    INT: { value: IndexedValueType.INDEXED_VALUE_TYPE_INT, name: 'Int' },
    DOUBLE: { value: IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE, name: 'Double' },
    BOOL: { value: IndexedValueType.INDEXED_VALUE_TYPE_BOOL, name: 'Bool' },
    DATETIME: { value: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME, name: 'Datetime' },
    KEYWORD_LIST: { value: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST, name: 'KeywordList' },
  };

/** The type's name as the command line and temporal-config spell it. */
export function serverTypeName(type: SearchAttributeType): string {
  return SERVER_TYPES[type].name;
}

function createCommands(namespace: string, attributes: readonly SearchAttribute[]): string {
  const names = attributes.map(({ name, type }) => `--name ${name} --type ${serverTypeName(type)}`);
  return `temporal operator search-attribute create --namespace ${namespace} ${names.join(' ')}`;
}

async function findMissing(
  connection: Connection,
  namespace: string,
  attributes: readonly SearchAttribute[],
): Promise<readonly SearchAttribute[]> {
  const { customAttributes } = await connection.operatorService
    .listSearchAttributes({ namespace })
    .catch((error: unknown) => {
      throw explainRefusal(error, 'read the search attributes', createCommands(namespace, attributes));
    });
  return attributes.filter(({ name, type }) => {
    const existing = customAttributes[name];
    if (existing === undefined) return true;
    if (existing === SERVER_TYPES[type].value) return false;
    const message = `The search attribute "${name}" of namespace "${namespace}" is not of the type ${serverTypeName(type)}; use another namespace, or rename the attribute on the server.`;
    throw new NamespaceError('SEARCH_ATTRIBUTE_TYPE_CONFLICT', message);
  });
}

async function addAttributes(
  connection: Connection,
  namespace: string,
  missing: readonly SearchAttribute[],
): Promise<void> {
  const searchAttributes = Object.fromEntries(missing.map(({ name, type }) => [name, SERVER_TYPES[type].value]));
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    // Another process that starts at the same moment was faster.
    if (hasStatus(error, GrpcStatus.ALREADY_EXISTS)) return;
    throw explainRefusal(error, 'add search attributes', createCommands(namespace, missing));
  }
}

/** A query that names an attribute is refused as invalid until the server's front end knows it. */
async function areQueryable(
  connection: Connection,
  namespace: string,
  attributes: readonly SearchAttribute[],
): Promise<boolean> {
  const query = attributes.map(({ name }) => `${name} IS NULL`).join(' AND ');
  try {
    await connection.workflowService.countWorkflowExecutions({ namespace, query });
    return true;
  } catch (error) {
    if (hasStatus(error, GrpcStatus.INVALID_ARGUMENT, GrpcStatus.NOT_FOUND)) return false;
    throw error;
  }
}

/**
 * Adds the search attributes that the namespace lacks, and waits until they can be used. What exists is left as it is.
 *
 * @returns the names that were added
 * @throws NamespaceError
 */
export async function ensureSearchAttributes(
  connection: Connection,
  namespace: string,
  attributes: readonly SearchAttribute[] = SEARCH_ATTRIBUTES,
): Promise<readonly string[]> {
  const missing = await findMissing(connection, namespace, attributes);
  if (missing.length === 0) return [];
  await addAttributes(connection, namespace, missing);
  const poll = { intervalMs: USABLE_INTERVAL_MS, timeoutMs: USABLE_TIMEOUT_MS };
  if (!(await pollUntil(() => areQueryable(connection, namespace, missing), poll))) {
    const message = `The search attributes of namespace "${namespace}" were added but are not usable after ${USABLE_TIMEOUT_MS} ms; start again.`;
    throw new NamespaceError('NAMESPACE_NOT_USABLE', message);
  }
  return missing.map(({ name }) => name);
}
