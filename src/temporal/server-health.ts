import { Connection } from '@temporalio/client';
import { callInterceptors } from './closed-channel';
import { channelArgumentsFor } from './connection';

/** The service that every request of ours goes to. */
const FRONTEND_SERVICE = 'temporal.api.workflowservice.v1.WorkflowService';
/** `SERVING` in gRPC's health protocol. */
const SERVING = 1;

/** Asks one server of this machine whether it serves, over a connection of its own. */
export class ServerHealthCheck {
  private readonly connection: Connection;

  /** @param address `host:port`; no credentials are shown */
  constructor(address: string) {
    this.connection = Connection.lazy({
      address,
      channelArgs: channelArgumentsFor(address),
      interceptors: callInterceptors(),
    });
  }

  /** @returns whether it said within `timeoutMs` that it serves. Never throws. */
  async isServing(timeoutMs: number): Promise<boolean> {
    try {
      const { healthService } = this.connection;
      const ask = (): Promise<{ readonly status?: number | null }> =>
        healthService.check({ service: FRONTEND_SERVICE });
      return (await this.connection.withDeadline(Date.now() + timeoutMs, ask)).status === SERVING;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}
