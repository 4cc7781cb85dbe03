#pragma once
// The total order of scored rows as one integer: score descending, then row ascending. UaaGan.Kernels.ScoredRow has the same.
#include "float_math.cuh"

DEVICE uint32_t ordered_bits(float score) {
  uint32_t bits = bits_of(score);
  return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}
DEVICE float score_of_ordered(uint32_t ordered) { return float_of((ordered & 0x80000000u) != 0 ? ordered & 0x7fffffffu : ~ordered); }

DEVICE uint64_t order_key(float score, uint32_t row) { return (static_cast<uint64_t>(ordered_bits(score)) << 32) | static_cast<uint32_t>(~row); }
DEVICE uint32_t row_of_key(uint64_t key) { return ~static_cast<uint32_t>(key); }
DEVICE uint32_t ordered_of_key(uint64_t key) { return static_cast<uint32_t>(key >> 32); }
