/** The training is Python: its own tests run where a Python with numpy is found, and are skipped elsewhere. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../../src/config/package-root';

const ROOT = packageRoot();
/** Where `training/train.sh` installs, then whatever this machine calls Python. */
const PYTHONS = [join(ROOT, 'training/.venv/bin/python'), 'python3'];
/** Those that need numpy alone; the network's need JAX and minutes. */
const MODULES = ['data', 'figures', 'honesty', 'contest'].map((name) => `training.tests.test_${name}`);
/** It takes seconds; the bound is for a machine that is busy with everything else. */
const TIMEOUT_MS = 120_000;

const python = PYTHONS.find((program) => spawnSync(program, ['-c', 'import numpy'], { stdio: 'ignore' }).status === 0);

(python === undefined ? test.skip : test)(
  'finds no skill where none is, and shares no candle between training and test (needs Python with numpy)',
  () => {
    const run = spawnSync(python!, ['-B', '-m', 'unittest', ...MODULES], {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
    });
    expect({ status: run.status, output: run.status === 0 ? '' : run.stderr }).toEqual({ status: 0, output: '' });
  },
  TIMEOUT_MS + 10_000,
);
