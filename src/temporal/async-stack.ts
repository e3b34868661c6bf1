/** What Node keeps of the stack of asynchronous contexts; the names are its own. */
interface AsyncWrap {
  readonly async_hook_fields: Uint32Array;
  readonly async_id_fields: Float64Array;
  readonly execution_async_resources: unknown[];
  readonly constants: {
    readonly kStackLength: number;
    readonly kExecutionAsyncId: number;
    readonly kTriggerAsyncId: number;
  };
}

interface AsyncStackMark {
  readonly length: number;
  readonly executionId: number;
  readonly triggerId: number;
}

/** The stack of asynchronous contexts of this thread, which code that was cut off leaves higher than it found it. */
export interface AsyncStack {
  mark(): AsyncStackMark;
  /** Takes off what was left on it since the mark. */
  returnTo(mark: AsyncStackMark): void;
}

/** @returns undefined where Node does not show it, as a Node that no longer needs this may */
export function openAsyncStack(): AsyncStack | undefined {
  const wrap = readAsyncWrap();
  if (wrap === undefined) return undefined;
  const { async_hook_fields: fields, async_id_fields: ids, execution_async_resources: resources } = wrap;
  const { kStackLength, kExecutionAsyncId, kTriggerAsyncId } = wrap.constants;
  const lengthNow = (): number => fields[kStackLength] ?? 0;
  return {
    mark: () => ({
      length: lengthNow(),
      executionId: ids[kExecutionAsyncId] ?? 0,
      triggerId: ids[kTriggerAsyncId] ?? 0,
    }),
    returnTo({ length, executionId, triggerId }) {
      if (lengthNow() <= length) return;
      fields[kStackLength] = length;
      ids[kExecutionAsyncId] = executionId;
      ids[kTriggerAsyncId] = triggerId;
      if (resources.length > length) resources.length = length;
    },
  };
}

/** Node has no other way to it, and warns of this one. */
function readAsyncWrap(): AsyncWrap | undefined {
  const { binding } = process as unknown as { binding?: (name: string) => Partial<AsyncWrap> };
  const warned = process.noDeprecation;
  process.noDeprecation = true;
  try {
    const wrap = binding?.('async_wrap');
    const isKnown =
      wrap?.async_hook_fields instanceof Uint32Array &&
      wrap.async_id_fields instanceof Float64Array &&
      Array.isArray(wrap.execution_async_resources) &&
      [wrap.constants?.kStackLength, wrap.constants?.kExecutionAsyncId, wrap.constants?.kTriggerAsyncId].every(
        (place) => typeof place === 'number',
      );
    return isKnown ? (wrap as AsyncWrap) : undefined;
  } catch {
    return undefined;
  } finally {
    process.noDeprecation = warned;
  }
}
