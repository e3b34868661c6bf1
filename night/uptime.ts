import type { Client } from '@temporalio/client';
import type { Config } from '../src/config/schema';
import { readHealth } from '../src/observability/health';
import { ServerHealthCheck } from '../src/temporal/server-health';
import { embeddedAddress } from '../src/temporal/connection';
import { pause } from '../chaos/waiting';
import { COMPONENTS, type Component } from './faults';
import { isStopped, type NightProduct } from './night-product';

const ASK_TIMEOUT_MS = 2_000;

interface Watched {
  /** The process that was seen to serve; a later one has to be seen anew. */
  servingPid: number | undefined;
  isAsking: boolean;
  isUp: boolean;
  upMs: number;
  downs: number;
}

/**
 * Watches which components serve. A component is up while its process runs, is not stopped, and was seen to serve since it was
 * started: the server says that it serves, the venue and the API answer, the others are well in what their own heartbeats say.
 */
export class Uptime {
  private readonly watched = new Map<Component, Watched>(
    COMPONENTS.map((name) => [name, { servingPid: undefined, isAsking: false, isUp: false, upMs: 0, downs: 0 }]),
  );
  private readonly server: ServerHealthCheck;
  private totalMs = 0;
  private asking: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly product: NightProduct,
    private readonly client: Client,
  ) {
    this.server = new ServerHealthCheck(embeddedAddress(this.config.temporal.port));
  }

  private get config(): Config {
    return this.product.installation.config;
  }

  /** Looks until it is stopped. */
  async run(intervalMs: number, stop: AbortSignal): Promise<void> {
    let lookedAtMs = performance.now();
    while (!stop.aborted) {
      const nowMs = performance.now();
      this.look(nowMs - lookedAtMs);
      lookedAtMs = nowMs;
      await pause(intervalMs, stop).catch(() => undefined);
    }
    await this.asking;
    await this.server.close();
  }

  /** The process by which a component serves at this moment; undefined: it does not. */
  servingPid(component: Component): number | undefined {
    const { isUp, servingPid } = this.watched.get(component)!;
    return isUp ? servingPid : undefined;
  }

  get areAllUp(): boolean {
    return [...this.watched.values()].every(({ isUp }) => isUp);
  }

  /** The share of the time that each component served, 0 to 1, and how often it ceased to. */
  shares(): Readonly<Record<Component, { readonly share: number; readonly downs: number }>> {
    const rows = [...this.watched].map(([name, { upMs, downs }]) => [
      name,
      { share: this.totalMs === 0 ? 0 : upMs / this.totalMs, downs },
    ]);
    return Object.fromEntries(rows) as ReturnType<Uptime['shares']>;
  }

  private look(passedMs: number): void {
    this.totalMs += passedMs;
    for (const [name, watched] of this.watched) {
      const pid = this.product.pidOf(name);
      const isUp = pid !== undefined && pid === watched.servingPid && !isStopped(pid);
      if (watched.isUp && !isUp) watched.downs += 1;
      watched.isUp = isUp;
      if (isUp) watched.upMs += passedMs;
      else if (pid !== undefined && pid !== watched.servingPid) this.ask(name, pid, watched);
    }
  }

  /** One question at a time for each, beside the looks. */
  private ask(name: Component, pid: number, watched: Watched): void {
    if (watched.isAsking) return;
    watched.isAsking = true;
    const asked = this.serves(name, pid)
      .then((serves) => {
        if (serves && this.product.pidOf(name) === pid) watched.servingPid = pid;
      })
      // Nobody answered: the next look asks again.
      .catch(() => undefined)
      .finally(() => {
        watched.isAsking = false;
      });
    this.asking = Promise.all([this.asking, asked]);
  }

  private async serves(name: Component, pid: number): Promise<boolean> {
    const { installation } = this.product;
    switch (name) {
      case 'temporal':
        return this.server.isServing(ASK_TIMEOUT_MS);
      case 'paper_venue':
        return answers(`${installation.venueUrl}/paper/audit?summary=1`);
      case 'api':
        return answers(`${installation.apiUrl}/health`);
      case 'trading_engine':
      case 'ml_manager':
      case 'system_monitor': {
        const { details } = await readHealth(this.client, this.config);
        const part = details.find((each) => each.name === name);
        return part?.pid === pid && (part.status === 'healthy' || part.status === 'degraded');
      }
    }
  }
}

async function answers(url: string): Promise<boolean> {
  const { status } = await fetch(url, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
  return status > 0;
}
