#!/usr/bin/env bash
# What ./run kernels does: compiles kernels/cuda to PTX and compares it with what is committed, runs every kernel under the emulator
# against its twin on the CPU, as it is and with faults planted, and the driver binding against a driver of the tests' own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tests=artifacts/bin/UaaGan.Kernels.Tests/release/UaaGan.Kernels.Tests

build() { dotnet build "$1" -c Release -v quiet -nologo; }

case ${1:-} in
  "" | --full)
    [ "${1:-}" = --full ] && export UAAGAN_FULL=1
    build tests/UaaGan.Kernels.Tests
    # With NVIDIA's assembler at hand, what clang takes on trust is checked: the text of inline assembly.
    if command -v ptxas >/dev/null; then
      for target in sm_80 sm_90 sm_90a; do ptxas -arch=$target -o /dev/null -v kernels/cuda/ptx/uaagan.$target.ptx; done
    fi
    exec "$tests"
    ;;
  ptx)
    UAAGAN_WRITE_PTX=1 build tests/UaaGan.Kernels.Tests
    UAAGAN_WRITE_PTX=1 "$tests" -method '*The_committed_ptx_is_that_of_the_sources'
    build tests/UaaGan.Kernels.Tests
    ;;
  bundle)
    folder=${2:-artifacts/kernels-bundle}
    dotnet publish kernels/UaaGan.Kernels.Check -c Release -v quiet -nologo -o "$folder"
    rm -f "$folder"/*.dbg "$folder"/*.xml "$folder"/*.pdb
    du -sh "$folder"
    echo "copy it to a machine with an NVIDIA driver and run: ./UaaGan.Kernels.Check"
    ;;
  *) echo "usage: ./run kernels [--full | ptx | bundle [FOLDER]]" >&2; exit 2 ;;
esac
