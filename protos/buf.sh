#!/usr/bin/env bash
# buf on the protos. Usage: buf.sh lint | breaking | image [PROTOS], by default those beside this script.
#   lint      checks the style
#   breaking  compares with image.binpb, the contract that callers hold: what would break them is refused
#   image     renews image.binpb, after a change that only adds
set -euo pipefail
own=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
protos=$(realpath "${2:-$own}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# buf sees the google.rpc types through the package that the build takes them from.
google=$(dotnet nuget locals global-packages -l | sed 's/^.*: //')google.api.commonprotos
google=$(ls -d "$google"/*/content/protos | sort -V | tail -n 1)
cp -r "$protos/uaagan" "$protos/inference" "$own/buf.yaml" "$work" && mkdir -p "$work/google" && cp -r "$google/google/rpc" "$work/google/"
buf() { (cd "$work" && npx --yes @bufbuild/buf@1.75.0 "$@"); }
case ${1:-} in
  lint) buf lint ;;
  breaking) buf breaking --against "$own/image.binpb" ;;
  image) buf build --exclude-source-info -o "$own/image.binpb" ;;
  *) sed -n 2,6p "$0" >&2; exit 2 ;;
esac
