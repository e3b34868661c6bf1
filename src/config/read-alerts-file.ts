import type { z } from 'zod';
import { quoteValue } from '../domain/quote-value';
import { rememberSecret } from '../secrets/known-secrets';
import { FILE_SUFFIX } from '../venues/credential-variables';
import {
  HEARTBEAT_URL_VARIABLE,
  SMTP_PASSWORD_VARIABLE,
  TELEGRAM_TOKEN_VARIABLE,
  webhookUrlVariable,
} from './alert-variables';
import {
  alertsSchema,
  describeAllowedAlerts,
  knownAlertKeys,
  WEBHOOK_NAME_FORM,
  type AlertsFile,
} from './alerts-schema';
import { ConfigError, type ConfigProblem } from './config-error';
import { valueAt } from './layers';
import { readPlacedYamlMap, type YamlMap } from './yaml-file';

/** What people call a secret, in whatever section. */
const SECRET_KEY = /pass|token|secret|url|uri|key|auth/i;
/** Somebody may have pasted a secret into any setting: a value is shown only where it cannot be one. */
const HARMLESS = /^[\w.-]{1,24}(?::\d{1,5})?$/;
const MAIL_SETTINGS = /^email\.(?:from_email|to_emails)/;

/** The variable that a secret comes from which somebody wrote into the file. */
function variableFor([section, name]: readonly PropertyKey[]): string | undefined {
  switch (section) {
    case 'email':
      return SMTP_PASSWORD_VARIABLE;
    case 'telegram':
      return TELEGRAM_TOKEN_VARIABLE;
    case 'heartbeat':
      return HEARTBEAT_URL_VARIABLE;
    case 'webhooks':
      return name === undefined ? undefined : webhookUrlVariable(String(name));
    default:
      return undefined;
  }
}

/**
 * Reads the file of alert channels.
 *
 * @throws ConfigError with every problem, its file and line
 */
export function readAlertsFile(file: string): { readonly values: AlertsFile; readonly placeOf: YamlMap['placeOf'] } {
  const { values, placeOf } = readPlacedYamlMap(file);
  // A section of comments alone is an empty one.
  const sections = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
  const result = alertsSchema.safeParse(sections);
  if (result.success) return { values: result.data, placeOf };
  const problems = result.error.issues.flatMap((issue) => describeIssue(issue, sections, placeOf));
  throw new ConfigError([...new Map(problems.map((problem) => [problem.path, problem])).values()]);
}

function describeIssue(
  issue: z.core.$ZodIssue,
  values: Record<string, unknown>,
  placeOf: YamlMap['placeOf'],
): readonly ConfigProblem[] {
  const problem = (path: readonly PropertyKey[], message: string): ConfigProblem => ({
    source: placeOf(path),
    path: path.map(String).join('.'),
    message,
  });
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return problem(path, `${path.map(String).join('.')} ${faultOfKey(path, values)}`);
    });
  }
  if (issue.code === 'invalid_key') {
    return [problem(issue.path, `webhooks names ${quoteValue(issue.path.at(-1))}; allowed: ${WEBHOOK_NAME_FORM}.`)];
  }
  const name = issue.path.map(String).join('.');
  const found = showValue(name, valueAt(values, issue.path.map(String)));
  return [problem(issue.path, `${name} is ${found}; allowed: ${describeAllowedAlerts(issue.path)}.`)];
}

/** Values of keys that are not known are never told. */
function faultOfKey(path: readonly PropertyKey[], values: Record<string, unknown>): string {
  const variable = variableFor(path);
  if (variable !== undefined && SECRET_KEY.test(String(path.at(-1)))) {
    const value = valueAt(values, path.map(String));
    if (typeof value === 'string') rememberSecret(value);
    return `would be a secret in a file that is copied and shown; remove the line, make a new one if others could read it, and set ${variable}, or ${variable}${FILE_SUFFIX} to the name of a file that holds it.`;
  }
  const known = knownAlertKeys(path.slice(0, -1));
  return `is not a setting; known here: ${known.join(', ')}.`;
}

function showValue(name: string, value: unknown): string {
  if (value === undefined) return 'missing';
  const isGuarded = typeof value === 'string' && !HARMLESS.test(value) && !MAIL_SETTINGS.test(name);
  return isGuarded && value !== '' ? 'something else (not shown: it may be a secret)' : quoteValue(value);
}
