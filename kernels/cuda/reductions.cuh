#pragma once
// Sums over a warp. A butterfly gives every lane the same bits, since it only ever adds two numbers in either order.
#include "float_math.cuh"

DEVICE float sum_over_warp(float value) {
  for (uint32_t mask = WarpSize / 2; mask > 0; mask /= 2) value += float_of(shuffle_xor(bits_of(value), mask));
  return value;
}

DEVICE uint32_t sum_over_warp(uint32_t value) {
  for (uint32_t mask = WarpSize / 2; mask > 0; mask /= 2) value += shuffle_xor(value, mask);
  return value;
}

DEVICE uint32_t max_over_warp(uint32_t value) {
  for (uint32_t mask = WarpSize / 2; mask > 0; mask /= 2) {
    uint32_t other = shuffle_xor(value, mask);
    value = other > value ? other : value;
  }
  return value;
}

// A sum in two floats, some 48 bits of it.
struct DoubleFloat {
  float high, low;
};

// Adds a number and what it was rounded by; the error of the addition is exact (Knuth).
DEVICE DoubleFloat add_exactly(DoubleFloat sum, float high, float low) {
  float total = sum.high + high;
  float part = total - sum.high;
  float error = (sum.high - (total - part)) + (high - part);
  return {total, (sum.low + low) + error};
}

DEVICE DoubleFloat add_square(DoubleFloat sum, float value) {
  float square = value * value;
  return add_exactly(sum, square, fused(value, value, -square));
}

// Knuth's error is that of the exact sum, whichever number is named first, so that all lanes agree.
DEVICE DoubleFloat sum_over_warp(DoubleFloat value) {
  for (uint32_t mask = WarpSize / 2; mask > 0; mask /= 2) {
    float high = float_of(shuffle_xor(bits_of(value.high), mask));
    float low = float_of(shuffle_xor(bits_of(value.low), mask));
    value = add_exactly(value, high, low);
  }
  return value;
}
