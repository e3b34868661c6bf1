import { createRequire } from 'node:module';
import type { History } from '@temporalio/common/lib/proto-utils';
import * as proto from '@temporalio/proto';
import { patchProtobufRoot } from '@temporalio/proto/lib/patch-protobuf-root';

interface ProtoJson {
  toJson(type: unknown, message: unknown): unknown;
  fromJson(type: unknown, json: unknown, options: { ignoreUnknownFields: boolean }): unknown;
}

/**
 * `historyToJSON` and `historyFromJSON` of the SDK fail where npm gave @temporalio/common and @temporalio/proto a copy of
 * protobufjs each, because each copy knows only its own types. This is the copy that the types come from.
 */
const protoJson = createRequire(require.resolve('@temporalio/proto'))('protobufjs/ext/protojson') as ProtoJson;

const root = patchProtobufRoot(proto as never) as { lookupType(name: string): unknown };
const historyType = root.lookupType('temporal.api.history.v1.History');

/** The form that `temporal workflow show --output json` writes. */
export interface HistoryJson {
  readonly events: readonly object[];
}

export function historyToJson(history: History): HistoryJson {
  return protoJson.toJson(historyType, proto.temporal.api.history.v1.History.fromObject(history)) as HistoryJson;
}

export function historyFromJson(json: unknown): History {
  // A newer server may tell more than this SDK knows.
  return protoJson.fromJson(historyType, json, { ignoreUnknownFields: true }) as History;
}
