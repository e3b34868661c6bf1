import {
  type Client,
  type WorkflowExecutionDescription,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { SignalView } from '../../../src/domain/signal-view';
import {
  cancelUpdate,
  SIGNAL_WORKFLOW_TYPE,
  type CancelOrigin,
  type CancelReply,
  type SettleCommand,
  type SettleReply,
} from '../../../src/messages/signal';

/** A workflow as the scripted server has it. */
export interface ScriptedWorkflow {
  readonly status: WorkflowExecutionDescription['status']['name'];
  readonly view?: SignalView;
  readonly memo?: Readonly<Record<string, unknown>>;
  readonly settle?: (command: SettleCommand) => Promise<SettleReply>;
  readonly cancel?: (reason: string, origin?: CancelOrigin) => Promise<CancelReply>;
}

interface StartOptions {
  readonly workflowId: string;
  readonly args: readonly unknown[];
  readonly memo: Readonly<Record<string, unknown>>;
}

/** Stands in for a Temporal server and its client: workflows in memory that are started, described, asked and settled. */
export class ScriptedServer {
  readonly workflows = new Map<string, ScriptedWorkflow>();
  readonly started: StartOptions[] = [];
  /** How often a workflow was asked for its account. */
  reads = 0;
  /** The namespace's own data. */
  data: Readonly<Record<string, string>> = { 'oncefill.environment': 'paper' };
  /** Set: reading a workflow's account fails with it. */
  readFailure: Error | undefined;
  /** Set: the server starts what it is asked to, and its answer is lost: this is heard instead. */
  answerFailure: Error | undefined;
  /** What a count finds; undefined: counting fails. */
  counted: number | undefined = 0;
  /** Queries of counts. */
  readonly counts: string[] = [];

  get client(): Client {
    const client = {
      options: { namespace: 'scripted' },
      workflowService: { describeNamespace: async () => ({ namespaceInfo: { data: this.data } }) },
      withDeadline: <Result>(_deadline: number, work: () => Promise<Result>) => work(),
      workflow: {
        start: (_type: string, options: StartOptions) => this.start(options),
        count: async (query: string) => {
          this.counts.push(query);
          if (this.counted === undefined) throw new Error('no count');
          return { count: this.counted };
        },
        getHandle: (workflowId: string) => this.handle(workflowId),
      },
    };
    return client as unknown as Client;
  }

  private async start(options: StartOptions): Promise<{ readonly firstExecutionRunId: string }> {
    const { workflowId, memo } = options;
    if (this.workflows.has(workflowId)) {
      throw new WorkflowExecutionAlreadyStartedError('already started', workflowId, SIGNAL_WORKFLOW_TYPE);
    }
    this.started.push(options);
    this.workflows.set(workflowId, { status: 'RUNNING', memo });
    if (this.answerFailure) throw this.answerFailure;
    return { firstExecutionRunId: `run-${this.started.length}` };
  }

  private handle(workflowId: string) {
    const find = (): ScriptedWorkflow => {
      const workflow = this.workflows.get(workflowId);
      if (!workflow) throw new WorkflowNotFoundError('not found', workflowId, undefined);
      return workflow;
    };
    const read = async (): Promise<SignalView | undefined> => {
      this.reads += 1;
      if (this.readFailure) throw this.readFailure;
      return find().view;
    };
    return {
      describe: async () => {
        const { status, memo } = find();
        return { type: SIGNAL_WORKFLOW_TYPE, status: { name: status }, memo };
      },
      query: read,
      result: read,
      executeUpdate: async (definition: { readonly name: string }, { args }: { readonly args: readonly unknown[] }) => {
        const { settle, cancel } = find();
        if (definition.name === cancelUpdate.name) {
          if (!cancel) throw new Error('This workflow was not expected to be cancelled.');
          return cancel(String(args[0]), args[1] as CancelOrigin);
        }
        if (!settle) throw new Error('This workflow was not expected to be settled.');
        return settle(args[0] as SettleCommand);
      },
    };
  }
}
