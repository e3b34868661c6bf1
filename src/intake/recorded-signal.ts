import type { RecordedSignal, RecordedStep } from '../domain/explain/types';
import { isRecord } from '../domain/plain-values';
import { readSignalSource } from '../domain/signal-source';
import type { SignalView } from '../domain/signal-view';
import { SIGNAL_WORKFLOW_TYPE, ORPHAN_WORKFLOW_TYPE, type SignalWorkflowInput } from '../messages/signal';
import { HistoryFormatError, openPayload, type RecordedEvent } from '../temporal/recorded-events';
import { readInput, readView } from './recorded-shape';
import { stepsOf, type RecordedCall } from './recorded-steps';

/** One run of a signal's workflow, as its history has it. */
export interface RecordedRun {
  readonly input: SignalWorkflowInput;
  readonly recorded: RecordedSignal;
  /** How it ended; absent: it has not, or not with a result of its own. */
  readonly view?: SignalView;
  /** The run before it; absent: it is the first. */
  readonly formerRunId?: string;
}

/**
 * Reads a history of a signal's workflow.
 *
 * @throws HistoryFormatError where it is of no signal
 * @throws HistoryKeyError where it is sealed with a key that this process does not have
 */
export async function readRun(events: readonly RecordedEvent[]): Promise<RecordedRun> {
  const [started] = events;
  const type = started?.attributes['workflowType'];
  const name = isRecord(type) ? type['name'] : undefined;
  const isOfSignal = name === SIGNAL_WORKFLOW_TYPE || name === ORPHAN_WORKFLOW_TYPE;
  if (started?.type !== 'WORKFLOW_EXECUTION_STARTED' || !isOfSignal) {
    throw new HistoryFormatError(
      name === undefined
        ? 'It is the history of no signal, or a part of one: its first event does not say what began.'
        : `It is the history of no signal, but of ${JSON.stringify(name)}.`,
    );
  }
  const input = readInput(await openPayload(started.attributes['input']));
  const calls = await callsOf(events);
  const formerRunId = started.attributes['continuedExecutionRunId'];
  const result = events.find((event) => event.type === 'WORKFLOW_EXECUTION_COMPLETED')?.attributes['result'];
  const view = readView(await openPayload(result));
  const source = readSignalSource(input.source);
  return {
    input,
    recorded: {
      fingerprint: input.fingerprint,
      startedAtMs: input.continued?.startedAtMs ?? started.atMs,
      ...(source && { source }),
      steps: [...stepsOfInput(input, started.atMs), ...calls.flatMap(stepsOf)],
      isWhole: input.continued === undefined && input.orphan === undefined,
    },
    ...(view && { view }),
    ...(typeof formerRunId === 'string' && formerRunId !== '' && { formerRunId }),
  };
}

/** The runs of one signal as one. @param runs oldest first, at least one */
export function joinRuns(runs: readonly RecordedRun[]): RecordedRun {
  const [first, last] = [runs[0]!, runs.at(-1)!];
  const { startedAtMs, isWhole } = first.recorded;
  return {
    ...last,
    recorded: { ...last.recorded, startedAtMs, isWhole, steps: runs.flatMap((run) => run.recorded.steps) },
  };
}

/** What it was started with, where that is not a signal alone. */
function stepsOfInput({ orphan, continued }: SignalWorkflowInput, atMs: number): readonly RecordedStep[] {
  if (orphan)
    return [
      { atMs, kind: 'reserved', plan: orphan.plan },
      { atMs, kind: 'taken' },
    ];
  if (!continued?.resting) return [];
  // It was seen open before it was carried from run to run.
  return [
    { atMs, kind: 'reserved', plan: continued.resting.plan },
    { atMs, kind: 'looked_up', answer: 'found' },
  ];
}

/** The calls that were made, with their answers, in the order in which these came. */
async function callsOf(events: readonly RecordedEvent[]): Promise<readonly RecordedCall[]> {
  const names = new Map(events.map((event) => [event.id, activityOf(event)]));
  const calls: RecordedCall[] = [];
  for (const event of events) {
    const call = (await localCall(event)) ?? (await remoteCall(event, names));
    if (call) calls.push(call);
  }
  return calls;
}

function activityOf({ attributes }: RecordedEvent): string | undefined {
  const type = attributes['activityType'];
  return isRecord(type) && typeof type['name'] === 'string' ? type['name'] : undefined;
}

async function localCall({ type, attributes, atMs }: RecordedEvent): Promise<RecordedCall | undefined> {
  const { details } = attributes;
  if (type !== 'MARKER_RECORDED' || !isRecord(details)) return undefined;
  // The SDK's own part of a marker is not sealed.
  const about = await openPayload(details['data']);
  const name = isRecord(about) ? about['activity_type'] : undefined;
  if (typeof name !== 'string') return undefined;
  return { name, atMs, answer: await openPayload(details['result']) };
}

async function remoteCall(
  { type, attributes, atMs }: RecordedEvent,
  names: ReadonlyMap<string, string | undefined>,
): Promise<RecordedCall | undefined> {
  const name = names.get(String(attributes['scheduledEventId']));
  if (name === undefined) return undefined;
  if (type === 'ACTIVITY_TASK_COMPLETED') return { name, atMs, answer: await openPayload(attributes['result']) };
  if (type !== 'ACTIVITY_TASK_FAILED' && type !== 'ACTIVITY_TASK_TIMED_OUT') return undefined;
  const isNeverStarted = JSON.stringify(attributes).includes('SCHEDULE_TO_START');
  return { name, atMs, isLost: true, isNeverStarted };
}
