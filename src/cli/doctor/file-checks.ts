import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { channelAdvice, loadAlerts } from '../../config/alerts';
import { ConfigError } from '../../config/config-error';
import { readDotEnv } from '../../config/dot-env';
import { environmentOf } from '../../config/trading-environment';
import { checkCandleInterval, readModelMetadata } from '../../inference/model-metadata';
import { listLogFiles, logDay } from '../../observability/log-files';
import { type BareContext, type Check, type Finding, mend, skipped, well } from './check';

const OTHERS_BITS = 0o077;

export const FOLDER_CHECK: Check = {
  name: 'data folder',
  run({ config: { dataDir } }) {
    const status = statSync(dataDir, { throwIfNoEntry: false });
    if (status === undefined) return skipped(`${dataDir} is made by the first start`);
    if (!status.isDirectory()) return mend(`${dataDir} is no folder`, 'set DATA_DIR to a folder of your own');
    const us = process.geteuid?.();
    if (us === undefined) return well(`${dataDir}; this system keeps no permissions`);
    if (status.uid !== us) return mend(`${dataDir} belongs to another user`, 'set DATA_DIR to a folder of your own');
    if ((status.mode & OTHERS_BITS) !== 0) return mend(`other users may look into ${dataDir}`, `chmod 700 ${dataDir}`);
    return well(`${dataDir}, closed to other users`);
  },
};

/** @param environment behind what is told; empty where it is not known */
function judgeDotEnv(cwd: string, environment: string): Finding {
  const dotEnv = readDotEnv(cwd);
  if (dotEnv === undefined) return skipped(`there is none in ${cwd}`);
  const found = `${dotEnv.file} sets ${dotEnv.lines.length} variables`;
  if (dotEnv.isPrivate) return well(`${found}, closed to other users`);
  return mend(`${found}, and other users may read or write it${environment}`, `chmod 600 ${dotEnv.file}`);
}

export const DOT_ENV_CHECK: Check = {
  name: '.env',
  run: ({ cwd, config }) => judgeDotEnv(cwd, ` (${environmentOf(config)})`),
  // Its faults are the configuration's, and told there.
  runBare: ({ cwd }) => {
    try {
      return judgeDotEnv(cwd, '');
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return skipped('cannot be used: see configuration');
    }
  },
};

export const LOGS_CHECK: Check = {
  name: 'logs',
  run({ config: { dataDir, logging } }) {
    const files = listLogFiles(dataDir).filter(({ day }) => day === logDay(Date.now()));
    if (files.length === 0) return skipped('no logs of today');
    const sizes = files.map(({ path }) => ({ path, bytes: statSync(path, { throwIfNoEntry: false })?.size ?? 0 }));
    // The line that did not fit any more was dropped, so a full file is a little smaller than its bound.
    const full = sizes.filter(({ bytes }) => bytes > logging.bytesPerDayMax * 0.99).map(({ path }) => basename(path));
    const bytes = sizes.reduce((sum, file) => sum + file.bytes, 0);
    const found = `${files.length} files of today, ${(bytes / 1_000_000).toFixed(1)} MB together`;
    if (full.length === 0) return well(found);
    return mend(
      `${full.join(', ')} is full: lines are dropped until tomorrow`,
      'find what fills it, or raise logging.bytesPerDayMax',
    );
  },
};

export const MODEL_CHECK: Check = {
  name: 'model',
  async run({ config: { ml } }) {
    if (!ml.enabled) return skipped('ml.enabled is false: only signals that are sent in');
    if (!existsSync(ml.model))
      return mend(`${ml.model} is not there`, 'set ml.model to an ONNX model, or ml.enabled to false');
    const metadata = await readModelMetadata(ml.model);
    checkCandleInterval(metadata, ml.candleIntervalMinutes);
    return well(`${metadata.name} ${metadata.version}, as it is described; "oncefill ml check" tries it`);
  },
};

/** @param isNeeded whether nobody may be without one */
function judgeAlerts({ cwd, env }: BareContext, isNeeded: boolean): Finding {
  const { file, email, telegram, webhooks } = loadAlerts({ env, cwd });
  const names = [...(email ? ['email'] : []), ...(telegram ? ['telegram'] : []), ...webhooks.map(({ name }) => name)];
  if (names.length > 0) return well(`alerts go to ${names.join(', ')}`);
  const found = `${file} switches no channel on: nobody is told of alerts but who looks at the terminal, the logs and "oncefill status"`;
  return isNeeded ? mend(found, channelAdvice(file)) : skipped(found);
}

export const ALERTS_CHECK: Check = {
  name: 'alerts',
  run: (context) => judgeAlerts(context, environmentOf(context.config) !== 'paper'),
  runBare: (context) => judgeAlerts(context, false),
};
