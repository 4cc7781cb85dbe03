#pragma once
// The machine of cuda/device.cuh on the CPU: what a kernel may call, for one thread of one block at a time.
#include <stddef.h>
#include <stdint.h>

#define __global__
#define __launch_bounds__(...)
#define DEVICE static inline
#define DEVICE_MEMBER

namespace emulated {

// What the running thread knows of itself.
struct Place {
  uint32_t thread, block_x, block_y;
  unsigned char* shared;
};

const Place& place();

void block_barrier();
void warp_barrier();

// Every lane gives up to 32 bytes and gets a pointer to those of lane 0, with 32 bytes from lane to lane; valid until the next exchange.
const unsigned char* exchange(const void* given, size_t bytes);

void copy_async(void* to, const void* from);
void commit_copies();
void wait_copies(int pending);

void load_matrices(uint32_t (&registers)[4], const void* row);
void multiply_add(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1);

constexpr size_t SlotBytes = 32;

template <typename T> T from_lane(const unsigned char* slots, uint32_t lane, size_t offset = 0) {
  T value;
  __builtin_memcpy(&value, slots + lane * SlotBytes + offset, sizeof(T));
  return value;
}

} // namespace emulated

DEVICE uint32_t thread_index() { return emulated::place().thread; }
DEVICE uint32_t block_index_x() { return emulated::place().block_x; }
DEVICE uint32_t block_index_y() { return emulated::place().block_y; }
DEVICE unsigned char* shared_bytes() { return emulated::place().shared; }

DEVICE void block_barrier() { emulated::block_barrier(); }
DEVICE void warp_barrier() { emulated::warp_barrier(); }

DEVICE uint32_t ballot(bool predicate) {
  const uint32_t own = predicate;
  const unsigned char* slots = emulated::exchange(&own, sizeof(own));
  uint32_t votes = 0;
  for (uint32_t lane = 0; lane < 32; lane++) votes |= emulated::from_lane<uint32_t>(slots, lane) << lane;
  return votes;
}

DEVICE uint32_t shuffle(uint32_t value, uint32_t lane) { return emulated::from_lane<uint32_t>(emulated::exchange(&value, sizeof(value)), lane % 32); }

DEVICE uint32_t shuffle_xor(uint32_t value, uint32_t mask) {
  return emulated::from_lane<uint32_t>(emulated::exchange(&value, sizeof(value)), (thread_index() ^ mask) % 32);
}

DEVICE uint32_t shuffle_up(uint32_t value, uint32_t by) {
  const uint32_t lane = thread_index() % 32;
  return emulated::from_lane<uint32_t>(emulated::exchange(&value, sizeof(value)), lane >= by ? lane - by : lane);
}

DEVICE void copy_async(void* to, const void* from) { emulated::copy_async(to, from); }
DEVICE void commit_copies() { emulated::commit_copies(); }
template <int Pending> DEVICE void wait_copies() { emulated::wait_copies(Pending); }
DEVICE void load_matrices(uint32_t (&registers)[4], const void* row) { emulated::load_matrices(registers, row); }
DEVICE void multiply_add(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) { emulated::multiply_add(c, a, b0, b1); }
