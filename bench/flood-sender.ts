import { setTimeout as sleep } from 'node:timers/promises';
import type { FloodSignal } from './flood-signals';

const REQUEST_TIMEOUT_MS = 40_000;
/** A refusal that asks to come back is obeyed so often. */
const ATTEMPTS_MAX = 30;
const RETRY_AFTER_DEFAULT_SECONDS = 1;
const TOO_MANY_REQUESTS = 429;
const UNAVAILABLE = 503;

/** What the API said to a signal. */
export interface Answer {
  readonly status: number;
  readonly code?: string;
  readonly fingerprint: string;
  readonly isTaken: boolean;
  /** The first time, milliseconds UTC. */
  readonly sentAtMs: number;
  readonly attempts: number;
}

/** Sends signals over HTTP, as any program does. */
export class FloodSender {
  constructor(
    private readonly apiUrl: string,
    private readonly abort: AbortSignal,
  ) {}

  /** Once, whatever the answer is. */
  async send(signal: FloodSignal, sentAtMs = Date.now(), attempts = 1): Promise<Answer> {
    return (await this.post(signal, sentAtMs, attempts)).answer;
  }

  /** As the API asks its senders to: the same signal again when it says so. */
  async sendPatiently(signal: FloodSignal): Promise<Answer> {
    const sentAtMs = Date.now();
    for (let attempt = 1; ; attempt += 1) {
      const { answer, retryAfterSeconds } = await this.post(signal, sentAtMs, attempt);
      const isPassing = answer.status === TOO_MANY_REQUESTS || answer.status === UNAVAILABLE;
      if (!isPassing || attempt === ATTEMPTS_MAX) return answer;
      await sleep(retryAfterSeconds * 1_000, undefined, { signal: this.abort });
    }
  }

  /** @returns undefined while it goes on */
  async outcomeOf(fingerprint: string): Promise<string | undefined> {
    const response = await fetch(`${this.apiUrl}/api/signals/${fingerprint}`, { signal: this.timeout() });
    const view = (await response.json()) as { readonly outcome?: string; readonly denial_code?: string };
    return view.outcome && [view.outcome, view.denial_code].filter(Boolean).join(' ');
  }

  private async post(signal: FloodSignal, sentAtMs: number, attempts: number) {
    const response = await fetch(`${this.apiUrl}/api/signals`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(signal),
      signal: this.timeout(),
    });
    const { code, fingerprint = '' } = (await response.json()) as { code?: string; fingerprint?: string };
    const { status, headers } = response;
    const answer: Answer = { status, code, fingerprint, isTaken: response.ok, sentAtMs, attempts };
    return { answer, retryAfterSeconds: Number(headers.get('retry-after') ?? RETRY_AFTER_DEFAULT_SECONDS) };
  }

  private timeout(): AbortSignal {
    return AbortSignal.any([this.abort, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
  }
}
