import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/config/package-root';

test.each(['my-config.yaml', 'my-alerts.yaml'])(
  'no check judges the %s that .env.example names, and it is not committed',
  (name) => {
    const root = packageRoot();
    expect(readFileSync(join(root, '.env.example'), 'utf8')).toContain(name);
    const prettier = join(root, 'node_modules/prettier/bin/prettier.cjs');
    const { stdout } = spawnSync(process.execPath, [prettier, '--file-info', name], { cwd: root, encoding: 'utf8' });
    expect(JSON.parse(stdout)).toMatchObject({ ignored: true });
    expect(readFileSync(join(root, '.gitignore'), 'utf8').split('\n')).toContain('my-*.yaml');
  },
);
