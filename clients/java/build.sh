#!/usr/bin/env bash
# Makes the Java stubs and compiles the example with Debian's packages (default-jdk-headless libgrpc-java protobuf-compiler
# protobuf-compiler-grpc-java-plugin libprotobuf-java libnetty-java libperfmark-java libguava-java libjsr305-java libgoogle-gson-java). Usage: build.sh OUTPUT; OUTPUT/attack-folder runs it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$(mkdir -p "$1" && cd "$1" && pwd)
packages=$(dotnet nuget locals global-packages -l | sed 's/^.*: //')
rpc=$(ls -d "$packages"google.api.commonprotos/*/content/protos | sort -V | tail -n 1)
types=$(ls -d "$packages"grpc.tools/*/build/native/include | sort -V | tail -n 1)
rm -rf "$out/src" "$out/classes" && mkdir -p "$out/src" "$out/classes"
(cd "$here/../../protos" && protoc -I . -I "$rpc" -I "$types" --java_out="$out/src" \
  --plugin=protoc-gen-grpc="$(command -v grpc_java_plugin)" --grpc_out="$out/src" \
  uaagan/{common,features,perturbation}/v1/*.proto google/rpc/status.proto)
# The annotation says that the code is generated; its package left the JDK with Java 11.
find "$out/src" -name '*Grpc.java' -exec perl -0pi -e 's/\@javax\.annotation\.Generated\(.*?\)\n//s' {} +
classpath=$out/classes
for jar in grpc-api grpc-context grpc-core grpc-netty grpc-protobuf grpc-protobuf-lite grpc-stub protobuf guava perfmark-api netty-buffer netty-codec netty-codec-http netty-codec-http2 \
  netty-codec-socks netty-common netty-handler netty-handler-proxy netty-resolver netty-transport netty-transport-native-unix-common gson jsr305 opencensus-api; do
  classpath+=:/usr/share/java/$jar.jar
done
find "$out/src" -name '*.java' >"$out/sources"
javac -nowarn -proc:none -cp "$classpath" -d "$out/classes" "@$out/sources" "$here"/*.java
printf '#!/bin/sh\nexec java -cp "%s" AttackFolder "$@"\n' "$classpath" >"$out/attack-folder"
chmod +x "$out/attack-folder"
