#pragma once
// A block and its threads, whichever way they are run: as fibers of one thread of the system (fibers.cpp) or as threads of it (threads.cpp).
#include <stdint.h>
#include <vector>
#include "emulator.h"
#include "launch.h"

namespace emulated {

// A copy that cp.async has begun: its bytes come when it is waited for.
struct Copy {
  void* to;
  const void* from;
  uint64_t group;
};

struct Thread {
  Place place;
  std::vector<Copy> copies;
  uint64_t group = 0;
  uint32_t exchanges = 0;
};

// Two sets of slots, taken in turns: a lane that is ahead writes the one while the others still read the other.
struct alignas(64) WarpSlots {
  unsigned char at[2][32 * SlotBytes];
};

Thread& current();
WarpSlots& current_slots();

// Runs one block; null or what went wrong.
const char* run_block(const Launch& launch, std::vector<Thread>& threads, const std::function<void()>& kernel, uint64_t seed);

// SplitMix64.
inline uint64_t next_random(uint64_t& state) {
  uint64_t mixed = state += 0x9E3779B97F4A7C15;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
  return mixed ^ (mixed >> 31);
}

} // namespace emulated
