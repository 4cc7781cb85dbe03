#!/usr/bin/env bash
# Makes uaagan/proto from protos/ again. Needs protoc and grpc_python_plugin (Debian: protobuf-compiler-grpc), and the google.rpc
# types, which the .NET build has brought. Usage: generate.sh [OUTPUT], by default uaagan/proto.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-$here/uaagan/proto}
protos=$here/../../protos
packages=$(dotnet nuget locals global-packages -l | sed 's/^.*: //')
rpc=$(ls -d "$packages"google.api.commonprotos/*/content/protos | sort -V | tail -n 1)
types=$(ls -d "$packages"grpc.tools/*/build/native/include | sort -V | tail -n 1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$protos" && protoc -I . -I "$rpc" -I "$types" --python_out="$work" --plugin=protoc-gen-grpc="$(command -v grpc_python_plugin)" --grpc_out="$work" \
  uaagan/*/v1/*.proto google/rpc/status.proto google/rpc/error_details.proto)
rm -rf "$out"
mkdir -p "$out"
# The modules live inside the package, so that nothing else has to be installed beside it.
mv "$work"/uaagan/* "$out"/ && mv "$work"/google/rpc "$out"/rpc
find "$out" -name '*_pb2_grpc.py' -size -400c -delete
find "$out" -name '*.py' -exec sed -i -E 's/^from uaagan\./from uaagan.proto./; s/^from google\.rpc /from uaagan.proto.rpc /' {} +
find "$out" -type d -exec touch {}/__init__.py \;
