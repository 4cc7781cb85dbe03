#pragma once
// Arithmetic whose result has the same bits on every device: IEEE operations and fused multiply-adds, in a stated order.
#include "device.cuh"

DEVICE float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
DEVICE uint32_t bits_of(float value) { return __builtin_bit_cast(uint32_t, value); }
DEVICE float float_of(uint32_t bits) { return __builtin_bit_cast(float, bits); }
DEVICE float magnitude(float value) { return float_of(bits_of(value) & 0x7fffffffu); }
DEVICE bool is_nan(float value) { return value != value; }

#ifdef UAAGAN_EMULATE
DEVICE float square_root(float value) { return __builtin_sqrtf(value); }
#else
DEVICE float square_root(float value) { return __nvvm_sqrt_rn_f(value); }
#endif

// Adding this and taking it away rounds a float below 2^22 to an integer, half to even, which its low bits then hold.
constexpr float RoundingShift = 12582912.0f;

// Hyperbolic tangent within 2 units in the last place: t / (t + 2) with t = exp(2|x|) - 1, and exp(r) - 1 on |r| <= ln(2)/2 by a
// polynomial whose relative error is 1.4e-8. From 10 on the result is 1. Not for NaN.
DEVICE float hyperbolic_tangent(float x) {
  float a = magnitude(x);
  a = a < 10.0f ? a : 10.0f;
  float y = a + a;
  float shifted = fused(y, 0x1.715476p+0f, RoundingShift);
  float n = shifted - RoundingShift;
  float r = fused(n, -0x1.62e400p-1f, y);
  r = fused(n, -0x1.7f7d1cp-20f, r);
  float p = fused(0x1.6bec08p-10f, r, 0x1.12276ap-7f);
  p = fused(p, r, 0x1.555674p-5f);
  p = fused(p, r, 0x1.5554b0p-3f);
  p = fused(p, r, 0x1.fffffep-2f);
  p = fused(r * r, p, r);
  float power = float_of((bits_of(shifted) << 23) + 0x3f800000u);
  float t = fused(power, p, power - 1.0f);
  float result = t / (t + 2.0f);
  return float_of(bits_of(result) | (bits_of(x) & 0x80000000u));
}

// A byte's value / 255, rounded once, as a division gives it: the remainder of the product with 1/255 mends its last bit.
DEVICE float unit_of(float level) {
  constexpr float Reciprocal = 1.0f / 255.0f;
  float quotient = level * Reciprocal;
  return fused(fused(-quotient, 255.0f, level), Reciprocal, quotient);
}

// bfloat16, ties to even. Not for NaN.
DEVICE uint16_t bfloat16_of(float value) {
  uint32_t bits = bits_of(value);
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1)) >> 16);
}
DEVICE float float_of_bfloat16(uint16_t value) { return float_of(static_cast<uint32_t>(value) << 16); }
