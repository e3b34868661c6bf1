import { environmentOf } from '../config/trading-environment';
import type { Config } from '../config/schema';
import { findPortHolder, type PortHolder } from '../net/port-holder';
import { isPortListening } from '../net/ports';
import { ok, toMend, type CheckResult, type Surroundings } from './check';
import { ownProcesses } from './own-processes';

/** A port that a start listens on. */
interface OwnPort {
  readonly port: number;
  readonly variable: string;
  readonly host?: string;
}

function portsOf(config: Config, hasEmbeddedServer: boolean): readonly OwnPort[] {
  const { api, paperVenue, temporal } = config;
  const isPaper = environmentOf(config) === 'paper';
  const hasWebUi = temporal.webUi === 'on' || (temporal.webUi === 'auto' && isPaper);
  return [
    { port: api.port, variable: 'API_PORT', host: api.host },
    ...(isPaper ? [{ port: paperVenue.port, variable: 'PAPER_VENUE_PORT' }] : []),
    ...(hasEmbeddedServer ? [{ port: temporal.port, variable: 'TEMPORAL_PORT' }] : []),
    ...(hasEmbeddedServer && hasWebUi ? [{ port: temporal.uiPort, variable: 'TEMPORAL_UI_PORT' }] : []),
  ];
}

function holderInWords(holder: PortHolder | undefined): string {
  return holder === undefined ? 'a process that cannot be named' : `process ${holder.pid} (${holder.command})`;
}

/** Whether every port is free, or held by this data folder's own processes. Nothing is listened on. */
export async function checkPorts({ config }: Surroundings, hasEmbeddedServer: boolean): Promise<CheckResult> {
  const ours = ownProcesses(config);
  const ports = portsOf(config, hasEmbeddedServer);
  const looked = await Promise.all(
    ports.map(async ({ port, variable, host }) => {
      if (!(await isPortListening(port, host))) return { variable, text: `${port} free` };
      const holder = findPortHolder(port);
      const isOurs = holder !== undefined && ours.has(holder.pid);
      return isOurs
        ? { variable, text: `${port} ours` }
        : { variable, text: `${port} held by ${holderInWords(holder)}`, isStrange: true };
    }),
  );
  const found = looked.map(({ variable, text }) => `${variable} ${text}`).join(', ');
  const strange = looked.filter(({ isStrange }) => isStrange).map(({ variable }) => variable);
  if (strange.length === 0) return ok(found);
  return toMend(
    found,
    `End who holds it, unless it is a part that you run by hand, or set ${strange.join(', ')} to a free port.`,
  );
}
