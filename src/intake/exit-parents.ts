import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { setBounded } from '../domain/plain-values';
import { quoteValue } from '../domain/quote-value';
import { POSITION_WORKFLOW_TYPE } from '../messages/position';
import type { Refusal } from '../messages/refusal';
import type { SignalOrigin } from '../messages/trade';

/** Longer than this the server is not waited for; the call is repeated. */
const ASK_TIMEOUT_MS = 5_000;
/** Runs whose type is remembered; every step of an exit asks for the same one. */
const RUNS_MAX = 1_000;

/** Whether the workflows that started exits are of positions, by the server's word: their ids anyone can take. */
export class ExitParents {
  private readonly typeOfRun = new Map<string, string>();

  constructor(private readonly client: Client) {}

  /**
   * @returns why the parent of a signal is no position's workflow; undefined: it is, or the signal has none
   * @throws what the client throws where the server does not answer
   */
  async fault({ workflowId, parent }: SignalOrigin): Promise<Refusal | undefined> {
    if (parent === undefined) return undefined;
    const type = this.typeOfRun.get(parent.runId) ?? (await this.readType(parent));
    if (type === POSITION_WORKFLOW_TYPE) return undefined;
    const what = type === undefined ? 'the server does not know' : `is of the type ${quoteValue(type)}`;
    const message = `The workflow ${quoteValue(workflowId)} was not started by intake: it is an exit of ${quoteValue(parent.workflowId)}, which ${what} and is no position's. Nothing was reserved or sent; look at who reaches the Temporal server.`;
    return { code: 'SIGNAL_NOT_GENUINE', message };
  }

  private async readType({ workflowId, runId }: { workflowId: string; runId: string }): Promise<string | undefined> {
    try {
      const describe = () => this.client.workflow.getHandle(workflowId, runId).describe();
      const { type } = await this.client.withDeadline(Date.now() + ASK_TIMEOUT_MS, describe);
      setBounded(this.typeOfRun, runId, type, RUNS_MAX);
      return type;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }
}
