import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/config/package-root';
import { SEARCH_ATTRIBUTES } from '../../../src/messages/search-attributes';
import { serverTypeName } from '../../../src/temporal/search-attributes';
import { dynamicConfigArguments, serverArguments } from '../../../src/temporal/server-settings';

function readYaml(...path: readonly string[]): unknown {
  return parse(readFileSync(join(packageRoot(), ...path), 'utf8'));
}

it('gives live trading a database that survives a power cut', () => {
  expect(serverArguments('live')).toContain('synchronous=FULL');
  expect(serverArguments('paper')).toContain('synchronous=NORMAL');
});

it('passes the dynamic configuration of both files as flags', () => {
  const args = serverArguments('paper');
  for (const value of [
    'history.maxInFlightUpdates=1000',
    'history.transferProcessorMaxPollRPS=2000',
    'workercontroller.compute_providers.enabled=[]',
  ]) {
    expect(args[args.indexOf(value) - 1]).toBe('--dynamic-config-value');
  }
});

it('closes the HTTP API to every host, in production as well', () => {
  const setting = 'frontend.httpAllowedHosts';
  expect(readYaml('temporal-config', 'dynamic-config.yaml')).toMatchObject({
    [setting]: [{ value: ['disabled.invalid'] }],
  });
  expect(dynamicConfigArguments()).toContain(`${setting}=["disabled.invalid"]`);
});

it('lists the search attributes of src/messages', () => {
  const declared = SEARCH_ATTRIBUTES.map(({ name, type }) => [name, serverTypeName(type)]);
  expect(readYaml('temporal-config', 'search-attributes.yaml')).toEqual(Object.fromEntries(declared));
});

it('lists the default namespace and retention of the configuration', () => {
  const namespaces = readYaml('temporal-config', 'namespaces.yaml') as Record<string, string>;
  const { temporal } = readYaml('config', 'default.yaml') as {
    temporal: { namespace: string; retentionHours: number };
  };
  expect(namespaces[temporal.namespace]).toBe(`${temporal.retentionHours}h`);
  expect(Object.keys(namespaces)).toEqual(['oncefill-paper', 'oncefill-testnet', 'oncefill-live']);
});
