import type { SettingChange } from '../domain/model-gate/changes';
import type { MlManagerState, MlPause, MlSettingsView, ServedModel } from '../messages/ml-manager';
import { describePause, utcMinute } from '../observability/pause-words';
import { printable } from '../process/printable';
import { renderTable } from './table';
import type { Style } from './terminal';

/** So many digits of a model's SHA-256 tell it from the others. */
const HASH_SHOWN = 12;

/** What people did to the predictions, for a program. */
export function presentOperation({
  pause,
  servedModel,
  changes,
}: Pick<MlManagerState, 'pause' | 'servedModel' | 'changes'>) {
  return {
    ...(pause && { pause: presentPause(pause) }),
    ...(servedModel && { served_model: presentServed(servedModel) }),
    ...(changes && { changes: changes.map(presentChange) }),
  };
}

export function presentPause({ by, reason, sinceMs }: MlPause) {
  return { by, reason, since: isoOf(sinceMs) };
}

export function presentServed({ name, version, sha256, from, by, sinceMs, note }: ServedModel) {
  return { name, version, sha256, from, by, since: isoOf(sinceMs), note };
}

export function presentSettings({ environment, configured, inForce, changes }: MlSettingsView) {
  return { environment, in_force: inForce, configured, changes: changes.map(presentChange) };
}

function presentChange({ setting, value, configured, by, atMs }: SettingChange) {
  return { setting, value, configured, by, at: isoOf(atMs) };
}

/** The same, for people: a pause, a model that was loaded, settings that differ from the configuration. */
export function operationLines({ pause, servedModel, changes }: MlManagerState, style: Style): readonly string[] {
  const lines: string[] = [];
  if (pause) lines.push(style.warning(`Predictions are ${printable(describePause(pause))}.`));
  if (servedModel) lines.push(servedLine(servedModel));
  if (servedModel?.note !== undefined) lines.push(style.warning(printable(servedModel.note)));
  if (changes)
    lines.push(
      style.warning('Settings differ from the configuration ("oncefill ml config --configured" changes them back):'),
    );
  return [...lines, ...(changes ?? []).map((change) => `  ${changeWords(change)}`)];
}

function servedLine({ name, version, sha256, from, by, sinceMs }: ServedModel): string {
  const model = `${printable(name)} ${printable(version)} (SHA-256 ${sha256.slice(0, HASH_SHOWN)})`;
  if (from === 'configuration') return `Model file: the configured one, ${model}.`;
  return `Model file: ${model}, loaded by ${printable(by ?? 'somebody')} at ${utcMinute(sinceMs)}; "oncefill ml load --configured" goes back.`;
}

function changeWords({ setting, value, configured, by, atMs }: SettingChange): string {
  return `${setting}: ${printable(String(value))} instead of ${printable(String(configured ?? 'nothing'))}, by ${printable(by)} at ${utcMinute(atMs)}`;
}

/** Every setting of the gate, and which of them somebody changed. */
export function renderSettings({ configured, inForce, changes }: MlSettingsView, style: Style): string {
  if (configured === undefined || inForce === undefined)
    return 'No gate is configured: no prediction becomes a signal.';
  const rows = Object.entries(inForce).map(([setting, value]) => {
    const change = changes.find((one) => one.setting === setting);
    const changedBy = change ? `${change.by}, ${utcMinute(change.atMs)}` : '';
    const before = change ? String(change.configured ?? '') : '';
    return [setting, String(value), before, changedBy].map(printable);
  });
  const table = renderTable([['SETTING', 'IN FORCE', 'CONFIGURED', 'CHANGED BY'], ...rows], (text, row) =>
    row === 0 ? style.dim(text) : text,
  );
  return table.join('\n');
}

function isoOf(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString();
}
