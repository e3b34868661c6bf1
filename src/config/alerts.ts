import { X509Certificate } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { isThisMachine } from '../net/this-machine';
import { FileUnusableError, readBoundedFile } from '../process/bounded-file';
import { Secret } from '../secrets/secret';
import { FILE_SUFFIX } from '../venues/credential-variables';
import {
  ALERTS_FILE_VARIABLE,
  alertSecrets,
  HEARTBEAT_URL_VARIABLE,
  SMTP_PASSWORD_VARIABLE,
  SMTP_USER_VARIABLE,
  TELEGRAM_TOKEN_VARIABLE,
  webhookUrlVariable,
} from './alert-variables';
import { faultOfOutwardUrl } from './alert-urls';
import type { AlertsFile, WebhookShape } from './alerts-schema';
import { ConfigError, type ConfigProblem } from './config-error';
import { packageRoot } from './package-root';
import { faultOfPath } from './path-checks';
import { readAlertsFile } from './read-alerts-file';
import { faultOfPassword, readVariableOrFile } from './secret-variable';

/** Every certificate of an organisation, and more. */
const CA_FILE_BYTES_MAX = 1_048_576;
const SMTPS_PORT = 465;

/** How mail is sent. */
export interface EmailSettings {
  readonly server: string;
  readonly port: number;
  /** `from the start`: the port speaks TLS; `required`: by STARTTLS, or nothing is sent; `off`: this machine only. */
  readonly tls: 'from the start' | 'required' | 'off';
  /** Certificates in PEM that are trusted in place of the system's. */
  readonly ca?: string;
  readonly login?: { readonly user: string; readonly password: Secret };
  readonly from: string;
  readonly to: readonly string[];
  readonly triggers: readonly string[];
}

export interface TelegramSettings {
  readonly apiUrl: string;
  readonly token: Secret;
  readonly chatId: string;
  readonly triggers: readonly string[];
}

export interface WebhookSettings {
  readonly name: string;
  /** The variable that holds the address, for messages. */
  readonly variable: string;
  readonly url: Secret;
  readonly shape: WebhookShape;
  readonly triggers: readonly string[];
}

/** The dead man's switch that is told of our being well. */
export interface HeartbeatSettings {
  readonly url: Secret;
  readonly method: 'GET' | 'POST';
  readonly intervalMs: number;
}

/** The channels that are switched on. */
export interface AlertsConfig {
  /** The file that said so. */
  readonly file: string;
  readonly email?: EmailSettings;
  readonly telegram?: TelegramSettings;
  readonly webhooks: readonly WebhookSettings[];
  readonly heartbeat?: HeartbeatSettings;
  /** Channels that the file has and does not switch on. */
  readonly off: readonly string[];
}

export interface LoadAlertsOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/** The program's own: every channel in it is off, and it is replaced by the next release. */
function ownAlertsFile(): string {
  return join(packageRoot(), 'config', 'alerts.yaml');
}

/** What to do where nobody is told, a sentence without its point. @param file as `alertsFile` has it */
export function channelAdvice(file: string): string {
  if (file !== ownAlertsFile()) return `switch one on in ${file} (docs/alert-channels.md)`;
  return `copy ${file}, switch a channel on in the copy, and name the copy in ${ALERTS_FILE_VARIABLE} (docs/alert-channels.md)`;
}

/** The file of alert channels: the one that ONCEFILL_ALERTS names, or the program's own. @throws ConfigError */
export function alertsFile({ env, cwd }: LoadAlertsOptions): string {
  const named = env[ALERTS_FILE_VARIABLE]?.trim();
  if (!named) return ownAlertsFile();
  const absolute = resolve(cwd, named);
  const fault = faultOfPath(named, absolute);
  if (fault === undefined) return absolute;
  throw new ConfigError([{ source: ALERTS_FILE_VARIABLE, path: '', message: `${fault}.` }]);
}

/**
 * Reads which alert channels there are, and what opens them. What is switched off needs nothing, and what it says is checked all the
 * same. Secrets come from variables or from files that those name, never from the file itself.
 *
 * @throws ConfigError with every problem: the file and the line, what is there, what is allowed; secrets are never told
 */
export function loadAlerts(options: LoadAlertsOptions): AlertsConfig {
  const file = alertsFile(options);
  const { values, placeOf } = readAlertsFile(file);
  const reader = new ChannelReader(file, placeOf, options.env);
  const config: AlertsConfig = {
    file,
    email: reader.email(values.email),
    telegram: reader.telegram(values.telegram),
    webhooks: Object.entries(values.webhooks).flatMap(([name, webhook]) => reader.webhook(name, webhook) ?? []),
    heartbeat: reader.heartbeat(values.heartbeat),
    off: namesOf(values, false),
  };
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return config;
}

/** How people are told of alerts: `email, ops-room; dead man's switch every 60 s`. */
export function describeAlerts({ email, telegram, webhooks, heartbeat }: AlertsConfig): string {
  const names = [...(email ? ['email'] : []), ...(telegram ? ['telegram'] : []), ...webhooks.map(({ name }) => name)];
  const ping = heartbeat === undefined ? '' : `; dead man's switch every ${heartbeat.intervalMs / 1_000} s`;
  return `${names.join(', ') || 'nobody is told'}${ping}`;
}

/** All that decides whether and how a message arrives, by the channel's name, secrets included: not to be shown or written down. */
export function channelSettings({ email, telegram, webhooks, heartbeat }: AlertsConfig) {
  const all = { email, telegram, ...Object.fromEntries(webhooks.map((webhook) => [webhook.name, webhook])), heartbeat };
  const on = Object.entries(all).filter(([, settings]) => settings !== undefined);
  return Object.fromEntries(on.map(([name, settings]) => [name, revealed(settings)]));
}

function revealed(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, revealed(item)]));
}

function namesOf({ email, telegram, webhooks, heartbeat }: AlertsFile, areOn: boolean): readonly string[] {
  const all = [
    ['email', email],
    ['telegram', telegram],
    ...Object.entries(webhooks),
    ['heartbeat', heartbeat],
  ] as const;
  return all.filter(([, { enabled }]) => enabled === areOn).map(([name]) => name);
}

/** Makes settings of what is switched on, and notes what keeps it from working. */
class ChannelReader {
  readonly problems: ConfigProblem[] = [];

  constructor(
    private readonly file: string,
    private readonly placeOf: (path: readonly PropertyKey[]) => string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  email(email: AlertsFile['email']): EmailSettings | undefined {
    if (!email.enabled) return undefined;
    const server = this.need(['email', 'smtp_server'], email.smtp_server, 'the name of your mail server');
    const from = this.need(['email', 'from_email'], email.from_email, 'the address that mails come from');
    const to = this.need(['email', 'to_emails'], email.to_emails, 'the addresses that mails go to');
    const login = this.login(email.user);
    const ca = this.certificates(email.ca_file);
    if (server === undefined || from === undefined || to === undefined) return undefined;
    const isHere = isThisMachine(server);
    if (email.tls === 'off' && !isHere) {
      const message = `is off, and mails and the password would travel to ${server} for everybody to read; remove the line.`;
      this.note(['email', 'tls'], `email.tls ${message}`);
    }
    const { smtp_port: port, triggers } = email;
    const tls = port === SMTPS_PORT ? 'from the start' : (email.tls ?? (isHere ? 'off' : 'required'));
    return { server, port, tls, ca, login, from, to, triggers };
  }

  telegram({
    enabled,
    api_url: apiUrl,
    chat_id: chatId,
    triggers,
  }: AlertsFile['telegram']): TelegramSettings | undefined {
    if (!enabled) return undefined;
    const chat = this.need(['telegram', 'chat_id'], chatId, 'the number of the chat');
    const token = this.secret(TELEGRAM_TOKEN_VARIABLE, ['telegram', 'enabled'], faultOfTelegramToken);
    if (chat === undefined || token === undefined) return undefined;
    return { apiUrl: apiUrl.replace(/\/+$/, ''), token, chatId: String(chat), triggers };
  }

  webhook(name: string, { enabled, ...rest }: AlertsFile['webhooks'][string]): WebhookSettings | undefined {
    if (!enabled) return undefined;
    const variable = webhookUrlVariable(name);
    const url = this.secret(variable, ['webhooks', name, 'enabled'], faultOfOutwardUrl);
    return url && { name, variable, url, ...rest };
  }

  heartbeat({ enabled, every_seconds: seconds, method }: AlertsFile['heartbeat']): HeartbeatSettings | undefined {
    if (!enabled) return undefined;
    const url = this.secret(HEARTBEAT_URL_VARIABLE, ['heartbeat', 'enabled'], faultOfOutwardUrl);
    return url && { url, method, intervalMs: seconds * 1_000 };
  }

  /** Either both of user and password, or neither: a mail server of one's own may ask nobody. */
  private login(written: string | undefined): EmailSettings['login'] {
    const user = this.attempt(() => readVariableOrFile(SMTP_USER_VARIABLE, this.env)) ?? written;
    const isGiven = [SMTP_PASSWORD_VARIABLE, `${SMTP_PASSWORD_VARIABLE}${FILE_SUFFIX}`].some((name) => this.env[name]);
    if (user === undefined && !isGiven) return undefined;
    if (user === undefined) {
      this.note(
        ['email', 'enabled'],
        `email.user is missing, and ${SMTP_PASSWORD_VARIABLE} is set; write user: beside it.`,
      );
    }
    const password = this.secret(SMTP_PASSWORD_VARIABLE, ['email', 'user'], faultOfPassword);
    return user === undefined || password === undefined ? undefined : { user, password };
  }

  private certificates(name: string | undefined): string | undefined {
    if (name === undefined) return undefined;
    const path = resolve(dirname(this.file), name);
    const refuse = (what: string): undefined =>
      this.note(['email', 'ca_file'], `email.ca_file names ${path}, which ${what}.`);
    try {
      const text = readBoundedFile(path, { bytesMax: CA_FILE_BYTES_MAX, what: 'The file' }).toString('latin1');
      const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
      if (certificates.length === 0) return refuse('holds no certificate in PEM');
      certificates.forEach((certificate) => new X509Certificate(certificate));
      return certificates.join('\n');
    } catch (error) {
      return refuse(error instanceof FileUnusableError ? error.problem : 'holds a certificate that cannot be read');
    }
  }

  private need<Value>(path: readonly string[], value: Value | undefined, what: string): Value | undefined {
    if (value === undefined) {
      const message = `${path.join('.')} is missing; write ${what}, or set ${path[0]}.enabled to false.`;
      this.note([path[0] ?? '', 'enabled'], message);
    }
    return value;
  }

  /** A value that is a secret, from its variable or file. */
  private secret(
    variable: string,
    path: readonly string[],
    faultOf: (text: string) => string | undefined,
  ): Secret | undefined {
    const text = this.attempt(() => readVariableOrFile(variable, this.env));
    if (text === undefined) {
      const isSet = this.problems.some(({ source }) => source.startsWith(variable));
      const switchedOn = [...path.slice(0, -1), 'enabled'].join('.');
      if (!isSet) {
        const message = `${switchedOn} is true, and neither ${variable} nor ${variable}${FILE_SUFFIX} is set; set one of them, or ${switchedOn} to false.`;
        this.note(path, message);
      }
      return undefined;
    }
    // First of all: what is refused may be shown by somebody else.
    alertSecrets(variable, text).forEach((part) => new Secret(part));
    const fault = faultOf(text);
    if (fault === undefined) return new Secret(text);
    this.problems.push({ source: variable, path: '', message: `${fault}.` });
    return undefined;
  }

  private attempt<Value>(read: () => Value): Value | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.problems.push(...error.problems);
      return undefined;
    }
  }

  private note(path: readonly string[], message: string): undefined {
    this.problems.push({ source: this.placeOf(path), path: path.join('.'), message });
  }
}

function faultOfTelegramToken(text: string): string | undefined {
  if (/^\d{3,20}:[\w-]{20,128}$/.test(text)) return undefined;
  return 'is no token of a bot, which is a number, a colon and some 35 letters; copy it again from BotFather';
}
