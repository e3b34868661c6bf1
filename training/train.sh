#!/usr/bin/env bash
# Trains the model: training/train.sh --data DIR. Makes training/.venv with the pinned packages when they are not there yet.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=$here/.venv/bin/python
[[ -x $python ]] || "${PYTHON:-python3}" -m venv "$here/.venv"
"$python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
PYTHONPATH=$(dirname "$here") exec "$python" -m training "$@"
