import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Puts a program in the place of a training's Python: it leaves this model, and this word of what came of the comparison.
 *
 * @param root the folder that holds `training`
 */
export function playTraining(root: string, model: Uint8Array, result: object): void {
  const folder = join(root, 'training', '.venv', 'bin');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(root, 'next.onnx'), model);
  writeFileSync(join(root, 'result.json'), JSON.stringify(result));
  const script = [
    '#!/bin/sh',
    'while [ $# -gt 0 ]; do case "$1" in --models) models=$2;; --result) result=$2;; esac; shift; done',
    `cp ${root}/next.onnx "$models/retrained.onnx" && cp ${root}/result.json "$result"`,
  ];
  writeFileSync(join(folder, 'python'), script.join('\n'));
  chmodSync(join(folder, 'python'), 0o700);
}
