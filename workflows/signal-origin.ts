import { workflowInfo } from '@temporalio/workflow';
import { isRecord, showValue } from '../src/domain/plain-values';
import { isExitOf } from '../src/messages/position';
import type { SignalWorkflowInput } from '../src/messages/signal';
import type { SignalOrigin } from '../src/messages/trade';

/**
 * What this workflow is, for the process that trades: it refuses what intake cannot have started. All of it is the
 * server's word or this code's; whoever started the workflow chose its input alone.
 */
export function originOf(input: SignalWorkflowInput): SignalOrigin {
  const { workflowId, workflowType, firstExecutionRunId } = workflowInfo();
  return {
    workflowId,
    workflowType,
    firstRunId: firstExecutionRunId,
    startedAtMs: startOf(input),
    foreign: foreignParts(input),
    ...parentOf(input),
  };
}

/** The position that started this exit of it. */
function parentOf(input: SignalWorkflowInput): Pick<SignalOrigin, 'parent'> {
  const { parent } = workflowInfo();
  if (parent === undefined || !isExitOf(parent.workflowId, input, input.signal)) return {};
  return { parent: { workflowId: parent.workflowId, runId: parent.runId } };
}

/** When the signal's first run started, milliseconds UTC on the server's clock. */
export function startOf({ continued, orphan, signal }: SignalWorkflowInput): number {
  if (orphan) return signal.timestampMs;
  return continued?.startedAtMs ?? workflowInfo().startTime.getTime();
}

/**
 * Why no saga can be made of an input, or undefined. Takes any value; what it says is for the process that trades to
 * judge.
 */
export function inputFault(input: unknown): string | undefined {
  if (!isRecord(input) || !isRecord(input['signal'])) return `A signal's input is no signal: ${showValue(input)}.`;
  const isText = (key: string, value: unknown): boolean => key !== '' && typeof value === 'string';
  const { signal, terms, continued, orphan } = input;
  const texts = ['fingerprint', 'clientOrderId', 'venue'].every((key) => isText(key, input[key]));
  const names = ['symbol', 'direction', 'strategy'].every((key) => isText(key, signal[key]));
  if (!texts || !names) return `A signal's input lacks its names: ${showValue(input)}.`;
  const parts = [terms, continued, orphan].every((part) => part === undefined || part === null || isRecord(part));
  return parts ? undefined : `A signal's input has parts that are none: ${showValue(input)}.`;
}

/** Intake gives none of these; a cron schedule or a retry would make a run that looks like one that goes on. */
function foreignParts(input: SignalWorkflowInput): readonly string[] {
  const { continuedFromExecutionRunId, cronSchedule, retryPolicy, parent } = workflowInfo();
  const isContinued = input.continued !== undefined;
  // Senders of before environments travelled along gave settings.
  const hasSettings = input.settings !== undefined || input.expiresAtMs !== undefined;
  const parts: readonly (readonly [isThere: boolean, what: string])[] = [
    [isContinued && continuedFromExecutionRunId === undefined, 'the memory of a former run that it never had'],
    [input.terms !== undefined && !isContinued && !input.orphan, 'terms of its own'],
    [hasSettings && input.environment !== undefined, 'settings of its own'],
    [Boolean(cronSchedule), 'a cron schedule'],
    [retryPolicy !== undefined, 'a retry policy'],
    [parent !== undefined && !isExitOf(parent.workflowId, input, input.signal), 'a parent workflow'],
  ];
  return parts.filter(([isThere]) => isThere).map(([, what]) => what);
}
