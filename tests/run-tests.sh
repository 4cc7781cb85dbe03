#!/usr/bin/env bash
# What ./run test does: installs, formats, lints, builds, tests; ends with "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export UAAGAN_SHARED=${UAAGAN_SHARED:-$(realpath -m ../shared)}
for argument in "$@"; do
  case $argument in
    --full) export UAAGAN_FULL=1 ;;
    *) echo "usage: ./run test [--full]" >&2; exit 2 ;;
  esac
done
passed=0 failed=0 skipped=0 failures=()
log=$(mktemp) && trap 'rm -f "$log"' EXIT

# A check that is one command: shows its output only when it fails.
check() {
  local name=$1 start=$SECONDS
  shift
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1)); echo "ok      $name ($((SECONDS - start)) s)"
  else
    failed=$((failed + 1)); failures+=("$name"); cat "$log"; echo "FAILED  $name ($((SECONDS - start)) s)"
  fi
}

# Debian packages the tests use: a browser for the report, Python's gRPC for the client, PyTorch for the
# reference values of the networks, jsonschema for the schema of model.json, protoc for the client's stubs,
# PostgreSQL, of which the tests start servers of their own, docker-compose, which only reads the files of docker/, and clang for
# the CUDA kernels.
install() {
  local packages=(chromium npm python3-grpcio python3-protobuf python3-numpy python3-torch python3-torchvision python3-jsonschema protobuf-compiler protobuf-compiler-grpc postgresql-15 docker-compose clang-19 libclang-rt-19-dev libstdc++-12-dev) missing=() package
  command -v npm >/dev/null && packages=("${packages[@]/npm/}")
  for package in ${packages[@]}; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  echo "installing Debian packages: ${missing[*]}"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$log" 2>&1 || { cat "$log"; exit 1; }
}

# buf sees the google.rpc types through the package that the build takes them from.
buf_lint() {
  local work google
  work=$(mktemp -d)
  google=$(dotnet nuget locals global-packages -l | sed 's/^.*: //')google.api.commonprotos
  google=$(ls -d "$google"/*/content/protos | sort -V | tail -n 1)
  cp -r protos/uaagan protos/buf.yaml "$work" && mkdir -p "$work/google" && cp -r "$google/google/rpc" "$work/google/"
  (cd "$work" && npx --yes @bufbuild/buf@1.75.0 lint)
  local rc=$?
  rm -rf "$work"
  return $rc
}

python_client() { PYTHONPATH=clients/python /usr/bin/python3 -m unittest discover -s clients/python/tests; }

python_stubs() {
  local made
  made=$(mktemp -d)/proto
  clients/python/generate.sh "$made" && diff -r --exclude=__pycache__ "$made" clients/python/uaagan/proto
}

install
check "dotnet build" dotnet build UaaGan.Grpc.sln -c Release -v quiet -nologo
if [ $failed -eq 0 ]; then
  check "dotnet format --verify-no-changes" dotnet format UaaGan.Grpc.sln --verify-no-changes --no-restore
  check "buf lint" buf_lint
  check "python client" python_client
  check "python stubs are those of the protos" python_stubs
  start=$SECONDS
  dotnet test --solution UaaGan.Grpc.sln -c Release --no-build --output Detailed --no-progress --minimum-expected-tests 100 >"$log" 2>&1
  rc=$?
  # Of a test that passed neither its name nor the line below it, which says where it was; those that failed once more at the end.
  awk '/^ *passed /{quiet=1; next} quiet && /^ +from /{quiet=0; next} {quiet=0; print}' "$log"
  mapfile -t -O ${#failures[@]} failures < <(sed -n 's/^ *failed \(.*\)$/\1/p' "$log" | grep -v '^ *with ')
  count() { sed -n "s/^ *$1: *\([0-9][0-9]*\)$/\1/p" "$log" | tail -n 1; }
  s=$(count succeeded) f=$(count failed) k=$(count skipped)
  passed=$((passed + ${s:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${k:-0}))
  # A module that crashes or runs nothing fails the run without a failed test.
  if [ $rc -ne 0 ] && [ "${f:-0}" -eq 0 ]; then failed=$((failed + 1)); failures+=("dotnet test, exit code $rc"); fi
  echo "tests took $((SECONDS - start)) s"
fi
for name in "${failures[@]+"${failures[@]}"}"; do echo "FAILED: $name"; done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
