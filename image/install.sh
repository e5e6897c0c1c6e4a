#!/usr/bin/env bash
# Installs JupyterLab and LLM Meter into the Python of an image, and the limits of its lab.
#
#     bash install.sh FOLDER
#
# FOLDER has one wheel of LLM Meter and overrides.json. PYTHON names the Python; default: python3. What the image
# already has of PyTorch, TensorFlow, JAX and NumPy stays in its version.
set -euo pipefail

folder=${1:?name the folder with the wheel and overrides.json, as in: bash install.sh /opt/llm-meter}
python=${PYTHON:-python3}

fail() {
    echo "install.sh: $1" >&2
    exit 1
}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
    || fail "LLM Meter needs Python 3.10 or newer; $python is $("$python" -V 2>&1). Choose another base image."

shopt -s nullglob
wheels=("$folder"/jupyter_llm_meter-*.whl)
((${#wheels[@]} == 1)) \
    || fail "$folder has ${#wheels[@]} wheels of LLM Meter; it needs one. Build it with: pip wheel --no-deps -w dist ."
"$python" -m json.tool "$folder/overrides.json" > /dev/null \
    || fail "$folder/overrides.json is missing or is not JSON; fix it and build again."

# The base images of 2025 mark their Python as managed by the system. In an image, pip is the one that manages it.
export PIP_BREAK_SYSTEM_PACKAGES=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

kept=$(mktemp)
trap 'rm -f "$kept"' EXIT
"$python" -m pip list --format=freeze \
    | { grep -Ei '^(torch|torchvision|torchaudio|(pytorch[-_])?triton|tensorflow([-_](cpu|gpu|intel))?|keras|jax|jaxlib|numpy)==' || true; } > "$kept"
[[ -s $kept ]] && echo "Kept as they are: $(paste -sd ' ' "$kept")"

"$python" -m pip install --constraint "$kept" "${wheels[0]}[postgresql]" 'jupyterlab>=4.2,<5' ipykernel

# Limits for the whole lab: users see them in their settings and can change them there.
settings=$("$python" -c 'from jupyterlab.commands import get_app_dir; print(get_app_dir())')/settings
mkdir -p "$settings/overrides.d"
install -m 644 "$folder/overrides.json" "$settings/overrides.d/llm-meter.json"

PATH=$("$python" -c 'import sysconfig; print(sysconfig.get_path("scripts"))'):$PATH
frontends=$(jupyter labextension list 2>&1)
grep -q 'jupyter-llm-meter v.*enabled.*OK' <<< "$frontends" || fail "JupyterLab does not list LLM Meter: $frontends"
servers=$(jupyter server extension list 2>&1)
grep -q 'jupyter_llm_meter .*OK' <<< "$servers" || fail "the Jupyter server does not list LLM Meter: $servers"
echo "LLM Meter is installed in $("$python" -c 'import sys; print(sys.prefix)'). The lab's limits: $settings/overrides.d/llm-meter.json"
