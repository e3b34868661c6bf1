import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertRule, Finding, Notice } from '../../../../src/domain/alerts/alert';
import type { AlertChannel } from '../../../../src/observability/alerts/channel';

/** A data folder of its own for each test of a file. */
export function useDataFolder(): () => string {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'oncefill-alerts-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

export function finding(rule: AlertRule, subject: string, holds = true): Finding {
  return { rule, subject, holds, text: `${rule} of ${subject}.`, atMs: Date.now() };
}

/** A channel that keeps what it was sent, and fails as long as it is told to. */
export class FakeChannel implements AlertChannel {
  readonly received: Notice[] = [];
  attempts = 0;

  constructor(
    readonly name: string,
    public fails: (notice: Notice) => Error | Promise<never> | undefined = () => undefined,
  ) {}

  wants(): boolean {
    return true;
  }

  async send(notice: Notice): Promise<void> {
    this.attempts += 1;
    const failure = this.fails(notice);
    if (failure instanceof Promise) await failure;
    if (failure instanceof Error) throw failure;
    this.received.push(notice);
  }
}
