import type { z } from 'zod';
import { askIfMeant } from '../domain/nearest-name';
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
import { TRIGGERS } from './alert-triggers';
import { ConfigError, type ConfigProblem } from './config-error';
import { valueAt } from './layers';
import { readPlacedYamlMap, type YamlMap } from './yaml-file';

/** What people call a secret, in whatever section. */
const SECRET_KEY = /pass|token|secret|url|uri|key|auth/i;
/** Somebody may have pasted a secret into any setting: a value is shown only where it cannot be one. */
const HARMLESS = /^[\w.-]{1,24}(?::\d{1,5})?$/;
/** Also into the place of a name: of a key it is shown what is made of words. */
const WORDS = /^(?=.{1,30}$)[a-z]+\d{0,2}(?:[_-][a-z]*\d{0,2})*$/i;

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
      return name === undefined || !WORDS.test(String(name)) ? undefined : webhookUrlVariable(String(name));
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
  // Names of a record are assigned to a map of JavaScript's, where this one makes no entry: it would be passed over in silence.
  const { webhooks } = sections;
  if (webhooks instanceof Object && Object.hasOwn(webhooks, '__proto__')) {
    const path = ['webhooks', '__proto__'];
    const message = `webhooks names __proto__; allowed: ${WEBHOOK_NAME_FORM}.`;
    throw new ConfigError([{ source: placeOf(path), path: path.join('.'), message }]);
  }
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
    path: showPath(path),
    message,
  });
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return problem(path, `${showPath(path)} ${faultOfKey(path, values)}`);
    });
  }
  if (issue.code === 'invalid_key') {
    return [
      problem(
        issue.path,
        `webhooks names ${quoteValue(showKey(issue.path.at(-1) ?? ''))}; allowed: ${WEBHOOK_NAME_FORM}.`,
      ),
    ];
  }
  const name = showPath(issue.path);
  const value = valueAt(values, issue.path.map(String));
  const meant = typeof value === 'string' && issue.path.includes('triggers') ? askIfMeant(value, TRIGGERS) : '';
  const allowed = describeAllowedAlerts(issue.path);
  const found = showValue(value);
  return [
    problem(
      issue.path,
      meant === ''
        ? `${name} is ${found}; allowed: ${allowed}.`
        : `${name} is ${found}, which is not known.${meant} Allowed: ${allowed}.`,
    ),
  ];
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
  return `is not a setting.${askIfMeant(String(path.at(-1)), known)} Known here: ${known.join(', ')}.`;
}

function showKey(key: PropertyKey): string {
  const text = String(key);
  // An element's number is no key.
  if (typeof key === 'number' || WORDS.test(text)) return text;
  return '(a key that is not shown: it may be a secret)';
}

function showPath(path: readonly PropertyKey[]): string {
  return path.map(showKey).join('.');
}

function showValue(value: unknown): string {
  if (value === undefined) return 'missing';
  const isGuarded = typeof value === 'string' && !HARMLESS.test(value);
  return isGuarded && value !== '' ? 'something else (not shown: it may be a secret)' : quoteValue(value);
}
