import { ok, toMend, type CheckResult } from './check';

/** @param required as in `engines` of package.json: `>=20.19.0` */
export function checkNodeVersion(running: string, required: string): CheckResult {
  const minimum = required.replace(/^>=/, '');
  if (running.localeCompare(minimum, 'en', { numeric: true }) >= 0) return ok(`${running}, and ${minimum} is needed`);
  return toMend(`${running} is older than ${minimum}`, `Install Node ${minimum} or later.`);
}
