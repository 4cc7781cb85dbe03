#pragma once
// Four numbers at once: one access of 16 bytes, or of 4 for bytes.
#include "device.cuh"

struct alignas(16) Float4 {
  float at[4];
};

DEVICE Float4 load4(const float* from) { return *reinterpret_cast<const Float4*>(from); }
DEVICE void store4(float* to, const Float4& value) { *reinterpret_cast<Float4*>(to) = value; }
