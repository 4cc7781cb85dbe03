#!/usr/bin/env bash
# Makes the Go stubs and builds the example with Debian's packages (golang-go golang-google-grpc-dev golang-goprotobuf-dev
# protobuf-compiler). Usage: build.sh OUTPUT; the program is OUTPUT/attack-folder.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$(mkdir -p "$1" && cd "$1" && pwd)
packages=$(dotnet nuget locals global-packages -l | sed 's/^.*: //')
rpc=$(ls -d "$packages"google.api.commonprotos/*/content/protos | sort -V | tail -n 1)
rm -rf "$out/protos" "$out/src" && mkdir -p "$out/src/uaagan/attack-folder"
cp -r "$here/../../protos" "$out/protos"
# Debian's protoc-gen-go is older than optional fields of proto3; on the wire they are what they were.
find "$out/protos" -name '*.proto' -exec sed -i -E 's/^( *)optional /\1/' {} +
options=plugins=grpc,Mgoogle/rpc/status.proto=google.golang.org/genproto/googleapis/rpc/status
options+=,Mgoogle/protobuf/timestamp.proto=github.com/golang/protobuf/ptypes/timestamp
for area in common features perturbation; do options+=,Muaagan/$area/v1/$area.proto=uaagan/$area/v1; done
for area in common features perturbation; do
  (cd "$out/protos" && protoc -I . -I "$rpc" --go_out="$options:$out/src" "uaagan/$area/v1/$area.proto")
done
cp "$here"/*.go "$out/src/uaagan/attack-folder/"
cd "$out/src/uaagan/attack-folder"
GO111MODULE=off GOFLAGS= GOPATH="$out:/usr/share/gocode" GOCACHE="$out/cache" go vet .
GO111MODULE=off GOFLAGS= GOPATH="$out:/usr/share/gocode" GOCACHE="$out/cache" go build -o "$out/attack-folder" .
