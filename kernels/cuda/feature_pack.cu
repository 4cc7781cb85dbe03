// Makes features ready for the scan, a warp a row: unit length in float32, a copy in bfloat16, the norm of what the copy lost, and
// whether the row can be scored at all.
//
// Any dimension. Squares are summed in two floats, so that the norm is that of the exact sum to a unit in the last place; lane l
// takes components l, l + 32, ..., then a butterfly. A row whose norm is within 2^-23 of 1 keeps its bits. A row that is not finite,
// exceeds 1e15 in a component or is shorter than 1e-6 gets its status, and zeros in place of its copies.
#include "arguments.cuh"
#include "reductions.cuh"

constexpr uint32_t StatusGood = 0, StatusNotFinite = 1, StatusTooShort = 2;

DEVICE uint32_t status_of(const FeaturePackArguments& arguments, const float* row, float& norm) {
  uint32_t bad = 0;
  DoubleFloat squares = {0, 0};
  for (int32_t d = lane_index(); d < arguments.dimension; d += WarpSize) {
    float value = row[d];
    bool good = magnitude(value) <= 1e15f;
    bad += good ? 0 : 1;
    squares = add_square(squares, good ? value : 0.0f);
  }
  squares = sum_over_warp(squares);
  norm = square_root(squares.high + squares.low);
  if (magnitude(norm - 1.0f) <= 0x1p-23f) norm = 1.0f;
  return sum_over_warp(bad) != 0 ? StatusNotFinite : norm < 1e-6f ? StatusTooShort : StatusGood;
}

// The sum of D squares in float32 is at most (D / 32 + 6) roundings too small, the root one more; the factors make up for them.
DEVICE float upper_norm(float squares, int32_t dimension) {
  float room = 1.0f + static_cast<float>(dimension + 64) * 0x1p-23f;
  return square_root(squares * room) * (1.0f + 0x1p-22f);
}

// Grid: rows / 8.
extern "C" __global__ __launch_bounds__(256) void feature_pack(const FeaturePackArguments arguments) {
  const int64_t index = static_cast<int64_t>(block_index_x()) * BlockWarps + warp_index();
  if (index >= arguments.count) return;
  if (planted(Fault::barrier_in_a_branch)) block_barrier();

  const float* row = arguments.features + index * arguments.dimension;
  float* unit = arguments.unit + index * arguments.dimension;
  uint16_t* packed = arguments.packed + index * arguments.stride;
  float norm;
  const uint32_t status = status_of(arguments, row, norm);
  float lost = 0;
  for (int32_t d = lane_index(); d < arguments.stride; d += WarpSize) {
    float value = status == StatusGood && d < arguments.dimension ? row[d] / norm : 0.0f;
    uint16_t copy = bfloat16_of(value);
    // Exact: what rounding to 8 bits takes away of 24 has at most 16.
    float difference = value - float_of_bfloat16(copy);
    lost = fused(difference, difference, lost);
    if (d < arguments.dimension) unit[d] = value;
    packed[d] = copy;
  }
  lost = sum_over_warp(lost);
  if (lane_index() != 0) return;
  arguments.residuals[index] = status == StatusGood ? upper_norm(lost, arguments.dimension) : 0.0f;
  arguments.status[index] = status;
}
