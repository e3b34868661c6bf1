import { environmentOf } from '../config/trading-environment';
import type { Config } from '../config/schema';
import { hasWebUi } from '../config/web-ui';
import type { ProcessName } from './plan';

/** A port that the configuration names. */
export interface NamedPort {
  /** The environment variable that chooses another. */
  readonly variable: string;
  readonly port: number;
  /** Absent: 127.0.0.1. */
  readonly host?: string;
  /** Who listens there: a process of ours, or the embedded server. */
  readonly listener: ProcessName | 'server';
}

/** All ports that a start of everything listens on. */
export function portsOf(config: Config): readonly NamedPort[] {
  const { api, hooks, paperVenue, temporal } = config;
  const environment = environmentOf(config);
  return [
    { variable: 'API_PORT', port: api.port, host: api.host, listener: 'api' },
    ...(hooks.enabled ? [{ variable: 'HOOKS_PORT', port: hooks.port, listener: 'api' } as const] : []),
    ...(environment === 'paper'
      ? [{ variable: 'PAPER_VENUE_PORT', port: paperVenue.port, listener: 'paper_venue' } as const]
      : []),
    ...(temporal.address === undefined
      ? [{ variable: 'TEMPORAL_PORT', port: temporal.port, listener: 'server' } as const]
      : []),
    ...(temporal.address === undefined && hasWebUi(config, environment)
      ? [{ variable: 'TEMPORAL_UI_PORT', port: temporal.uiPort, listener: 'server' } as const]
      : []),
  ];
}
