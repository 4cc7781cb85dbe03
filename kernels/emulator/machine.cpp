// What is the same for fibers and threads: the grid, shared memory, collectives, asynchronous copies, tensor cores.
#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include "thread.h"

namespace emulated {

namespace {

constexpr unsigned char Poison = 0xff; // as float32 a NaN
constexpr size_t GuardBytes = 4096;

float of_bfloat16(uint32_t pair, int half) {
  const uint32_t bits = half == 0 ? pair << 16 : pair & 0xffff0000u;
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

} // namespace

const Place& place() { return current().place; }

const unsigned char* exchange(const void* given, size_t bytes) {
  Thread& thread = current();
  unsigned char* slots = current_slots().at[thread.exchanges++ % 2];
  std::memcpy(slots + thread.place.thread % 32 * SlotBytes, given, bytes);
  warp_barrier();
  return slots;
}

void copy_async(void* to, const void* from) {
  std::memset(to, Poison, 16);
  current().copies.push_back({to, from, current().group});
}

void commit_copies() { current().group++; }

void wait_copies(int pending) {
  Thread& thread = current();
  size_t kept = 0;
  for (const Copy& copy : thread.copies) {
    if (copy.group + pending < thread.group) std::memcpy(copy.to, copy.from, 16);
    else thread.copies[kept++] = copy;
  }
  thread.copies.resize(kept);
}

// Lane l gets elements 2(l % 4) and 2(l % 4) + 1 of row l / 4 of each matrix.
void load_matrices(uint32_t (&registers)[4], const void* row) {
  const unsigned char* slots = exchange(&row, sizeof(row));
  const uint32_t lane = current().place.thread % 32;
  for (uint32_t matrix = 0; matrix < 4; matrix++) {
    const auto* from = from_lane<const unsigned char*>(slots, matrix * 8 + lane / 4);
    std::memcpy(&registers[matrix], from + lane % 4 * sizeof(uint32_t), sizeof(uint32_t));
  }
}

// The fragments of mma.m16n8k16, by the PTX manual: with group = lane / 4 and pair = lane % 4, a has rows group and group + 8 of
// columns 2 pair and 2 pair + 8, b the same rows of column group, c rows group and group + 8 of columns 2 pair and 2 pair + 1.
void multiply_add(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  const uint32_t given[6] = {a[0], a[1], a[2], a[3], b0, b1};
  const unsigned char* slots = exchange(given, sizeof(given));
  const uint32_t lane = current().place.thread % 32;
  // Two rows of a and two columns of b, pair by pair; this is where a search under the emulator spends its time.
  for (uint32_t pair = 0; pair < 8; pair++) {
    uint32_t rows[2], columns[2];
    for (uint32_t i = 0; i < 2; i++) {
      rows[i] = from_lane<uint32_t>(slots, lane / 4 * 4 + pair % 4, (pair / 4 * 2 + i) * sizeof(uint32_t));
      columns[i] = from_lane<uint32_t>(slots, (lane % 4 * 2 + i) * 4 + pair % 4, (4 + pair / 4) * sizeof(uint32_t));
    }
    for (int half = 0; half < 2; half++) {
      const float left[2] = {of_bfloat16(rows[0], half), of_bfloat16(rows[1], half)};
      const float right[2] = {of_bfloat16(columns[0], half), of_bfloat16(columns[1], half)};
      for (uint32_t i = 0; i < 4; i++) c[i] += left[i / 2] * right[i % 2];
    }
  }
}

const char* run(const Launch& launch, const std::function<void()>& kernel) {
  uint64_t state = launch.seed;
  std::vector<uint32_t> order(launch.grid_x * launch.grid_y);
  std::iota(order.begin(), order.end(), 0u);
  for (size_t i = order.size(); i > 1; i--) std::swap(order[i - 1], order[next_random(state) % i]);

  const std::unique_ptr<unsigned char, void (*)(void*)> shared(
      static_cast<unsigned char*>(std::aligned_alloc(64, (launch.shared_bytes + GuardBytes + 63) / 64 * 64)), std::free);
  for (uint32_t block : order) {
    std::memset(shared.get(), Poison, launch.shared_bytes + GuardBytes);
    std::vector<Thread> threads(launch.threads);
    for (uint32_t i = 0; i < launch.threads; i++) threads[i].place = {i, block % launch.grid_x, block / launch.grid_x, shared.get()};
    if (const char* wrong = run_block(launch, threads, kernel, next_random(state))) return wrong;
    for (const Thread& thread : threads)
      if (!thread.copies.empty()) return "a thread ended with copies that nobody waits for";
    const unsigned char* guard = shared.get() + launch.shared_bytes;
    if (std::any_of(guard, guard + GuardBytes, [](unsigned char byte) { return byte != Poison; })) return "a write past the end of shared memory";
  }
  return nullptr;
}

} // namespace emulated
