// Distance of each adversarial feature to its clean one, with the gradient for the adversarial one, a warp a pair.
//
//   difference = adversarial - clean + shift, distance = |difference| or |difference|^2
//   gradient   = difference / distance       or 2 * difference
//
// float32, any dimension: lane l sums the squares of components l, l + 32, ... by fused multiply-adds, then a butterfly. Where the
// distance is zero so is the gradient; the shift gives an attack that starts at the image a way out. What is not finite has status 1.
#include "arguments.cuh"
#include "reductions.cuh"

// Grid: pairs / 8.
extern "C" __global__ __launch_bounds__(256) void feature_distance(const FeatureDistanceArguments arguments) {
  const int64_t index = static_cast<int64_t>(block_index_x()) * BlockWarps + warp_index();
  if (index >= arguments.count) return;

  const float* adversarial = arguments.adversarial + index * arguments.dimension;
  const float* clean = arguments.clean + index * arguments.dimension;
  float squares = 0;
  for (int32_t d = lane_index(); d < arguments.dimension; d += WarpSize) {
    float difference = (adversarial[d] - clean[d]) + arguments.shift;
    squares = fused(difference, difference, squares);
  }
  squares = sum_over_warp(squares);
  const float distance = arguments.squared != 0 ? squares : square_root(squares);
  if (arguments.gradients != nullptr) {
    float* gradient = arguments.gradients + index * arguments.dimension;
    for (int32_t d = lane_index(); d < arguments.dimension; d += WarpSize) {
      float difference = (adversarial[d] - clean[d]) + arguments.shift;
      gradient[d] = arguments.squared != 0 ? difference + difference : distance > 0.0f ? difference / distance : 0.0f;
    }
  }
  if (lane_index() != 0) return;
  arguments.distances[index] = distance;
  arguments.status[index] = magnitude(squares) < __builtin_inff() ? 0 : 1;
}
