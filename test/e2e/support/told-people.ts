import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startHttpReceiver } from '../../unit/observability/channels/http-receiver';

/** Somebody who is told of alerts and waits for pings. */
export interface ToldPerson {
  /** What makes a product tell them. */
  readonly environment: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

export async function startToldPerson(): Promise<ToldPerson> {
  const folder = mkdtempSync(join(tmpdir(), 'oncefill-told-'));
  const receiver = await startHttpReceiver();
  const file = join(folder, 'alerts.yaml');
  const webhooks = { ops: { enabled: true, shape: 'json', triggers: ['all'] } };
  writeFileSync(file, stringify({ webhooks, heartbeat: { enabled: true, every_seconds: 10 } }));
  return {
    environment: {
      ONCEFILL_ALERTS: file,
      ALERT_WEBHOOK_OPS_URL: `${receiver.url}/ops`,
      ALERT_HEARTBEAT_URL: `${receiver.url}/ping`,
    },
    async close() {
      await receiver.close();
      rmSync(folder, { recursive: true });
    },
  };
}
