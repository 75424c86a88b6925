# Make .venv from a hash-locked requirements file and put the package into it: environment.sh PYTHON REQUIREMENTS
set -eu
python=$1 requirements=$2
"$python" -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Jaiza needs Python 3.11 or newer")'
if command -v uv >/dev/null 2>&1; then
  [ -x .venv/bin/python ] || uv venv --quiet --python "$python" .venv
  uv pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes -r "$requirements"
  uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
else
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  .venv/bin/python -m pip install --quiet --require-hashes -r "$requirements"
  .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
fi
