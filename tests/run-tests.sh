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
# PostgreSQL, of which the tests start servers of their own, docker-compose, which only reads the files of docker/, clang for the CUDA
# kernels, mypy for the Python client's types, and
# Go and Java with gRPC for the examples.
install() {
  local packages=(chromium npm python3-grpcio python3-protobuf python3-numpy python3-torch python3-torchvision python3-jsonschema protobuf-compiler protobuf-compiler-grpc postgresql-15 docker-compose clang-19 libclang-rt-19-dev libstdc++-12-dev
    mypy golang-go golang-google-grpc-dev golang-goprotobuf-dev default-jdk-headless libgrpc-java protobuf-compiler-grpc-java-plugin libprotobuf-java libnetty-java libperfmark-java libguava-java libjsr305-java libgoogle-gson-java) missing=() package
  command -v npm >/dev/null && packages=("${packages[@]/npm/}")
  command -v javac >/dev/null && packages=("${packages[@]/default-jdk-headless/}")
  for package in ${packages[@]}; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  echo "installing Debian packages: ${missing[*]}"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$log" 2>&1 || { cat "$log"; exit 1; }
}

# A field that gets another number must be found, or the check finds nothing at all.
buf_breaking_bites() {
  local work said
  work=$(mktemp -d)
  cp -r protos/uaagan protos/inference "$work"
  sed -i 's/string model_version = 2;/string model_version = 9;/' "$work/uaagan/features/v1/features.proto"
  said=$(protos/buf.sh breaking "$work")
  local rc=$?
  rm -rf "$work"
  echo "$said"
  [ $rc -ne 0 ] && grep -q 'field "2" with name "model_version"' <<<"$said"
}

python_client() { PYTHONPATH=clients/python /usr/bin/python3 -m unittest discover -s clients/python/tests; }

python_stubs() {
  local made
  made=$(mktemp -d)/proto
  clients/python/generate.sh "$made" && diff -r --exclude=__pycache__ "$made" clients/python/uaagan/proto
}

python_types() { (cd clients/python && mypy --cache-dir=/dev/null --python-executable /usr/bin/python3); }

node_client() { (cd clients/node && npm ci --ignore-scripts && npm run build && npm test); }

# Of dotnet test's output each test that failed and what it said down to its stack, in a line: the end of a long log may be all that is kept.
failed_tests() {
  awk '
    function tell() { if (name != "") print name (said != "" ? ": " substr(said, 1, 600) : ""); name = said = "" }
    /^ *failed / && !/^ *failed +with / { tell(); name = $0; sub(/^ *failed /, "", name); next }
    name == "" || /^ +from / { next }
    /^ +at / || /^ *Standard output/ || /^ *(passed|skipped) / || /^[^ ]/ { tell(); next }
    { sub(/^ +/, ""); said = said (said == "" || $0 == "" ? "" : " | ") $0 }
    END { tell() }'
}

install
check "dotnet build" dotnet build UaaGan.Grpc.sln -c Release -v quiet -nologo
if [ $failed -eq 0 ]; then
  check "dotnet format --verify-no-changes" dotnet format UaaGan.Grpc.sln --verify-no-changes --no-restore
  check "buf lint" protos/buf.sh lint
  check "buf breaking" protos/buf.sh breaking
  check "buf breaking finds a planted change" buf_breaking_bites
  check "python client" python_client
  check "python client's types" python_types
  check "node client" node_client
  check "go example builds" clients/go/build.sh artifacts/go
  check "java example builds" clients/java/build.sh artifacts/java
  check "python stubs are those of the protos" python_stubs
  start=$SECONDS
  dotnet test --solution UaaGan.Grpc.sln -c Release --no-build --output Detailed --no-progress --minimum-expected-tests 100 >"$log" 2>&1
  rc=$?
  # Of a test that passed neither its name nor the line below it, which says where it was; those that failed once more at the end.
  awk '/^ *passed /{quiet=1; next} quiet && /^ +from /{quiet=0; next} {quiet=0; print}' "$log"
  mapfile -t -O ${#failures[@]} failures < <(failed_tests <"$log")
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
