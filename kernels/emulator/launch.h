#pragma once
// Runs a kernel's grid, block by block.
#include <stdint.h>
#include <functional>

namespace emulated {

struct Launch {
  uint32_t grid_x, grid_y, threads, shared_bytes;
  uint64_t seed; // of the order in which blocks and threads run
};

// Null when all went well, else what the kernel did wrong: a barrier that not every thread comes to, a write past its shared memory.
const char* run(const Launch& launch, const std::function<void()>& kernel);

} // namespace emulated
