// One step of an iterative attack and its projection on the budget, in one pass: next = project(point + size * sign(g)).
//
//   sign steps:     g = gradient
//   momentum steps: g = decay * momentum + gradient / max(mean|gradient|, 1e-30), kept in momentum (Dong et al., CVPR 2018)
//   project:        max with image - epsilon, min with image + epsilon, clamp to [0, 1]
//
// float32, images of any size, all arrays laid out alike. Products and sums are rounded one by one, as a chain of tensor operations
// rounds them. The mean's order of summation is fixed: each chunk of 4096 elements by 256 threads, 16 elements each in steps of 256,
// then butterflies. Where the gradient
// is not finite its element stays where it was and is counted; the momentum of that image is void.
#include "arguments.cuh"
#include "reductions.cuh"
#include "vectors.cuh"

constexpr uint32_t AttackElementsPerBlock = 4096;

struct AttackShared {
  float sums[BlockWarps];
};

DEVICE int64_t elements_of(const AttackStepArguments& arguments, const ImageSpan& image) { return static_cast<int64_t>(image.pixels) * arguments.channels; }

// Sums |gradient| over each chunk. Grid: chunks of the largest image, images.
extern "C" __global__ __launch_bounds__(256) void attack_gradient_sums(const AttackStepArguments arguments) {
  const ImageSpan image = arguments.images[block_index_y()];
  const int64_t begin = static_cast<int64_t>(block_index_x()) * AttackElementsPerBlock, elements = elements_of(arguments, image);
  if (begin >= elements) return;

  const float* gradient = arguments.gradient + image.offset;
  float sum = 0;
  for (uint32_t i = thread_index(); i < AttackElementsPerBlock; i += BlockThreads)
    if (begin + i < elements) sum += magnitude(gradient[begin + i]);
  sum = sum_over_warp(sum);
  AttackShared* shared = shared_memory<AttackShared>();
  if (lane_index() == 0) shared->sums[warp_index()] = sum;
  block_barrier();
  if (warp_index() != 0) return;
  float total = sum_over_warp(lane_index() < BlockWarps ? shared->sums[lane_index()] : 0.0f);
  if (lane_index() == 0) arguments.sums[static_cast<int64_t>(block_index_y()) * arguments.sums_stride + block_index_x()] = total;
}

DEVICE float mean_of_gradient(const AttackStepArguments& arguments, int64_t elements) {
  const float* sums = arguments.sums + static_cast<int64_t>(block_index_y()) * arguments.sums_stride;
  const int64_t chunks = (elements + AttackElementsPerBlock - 1) / AttackElementsPerBlock;
  float sum = 0;
  for (int64_t chunk = lane_index(); chunk < chunks; chunk += WarpSize) sum += sums[chunk];
  float mean = sum_over_warp(sum) / static_cast<float>(elements);
  return mean > 1e-30f ? mean : 1e-30f;
}

DEVICE float project(float value, float image, float epsilon) {
  float lower = image - epsilon, upper = image + epsilon;
  value = value > lower ? value : lower;
  value = value < upper ? value : upper;
  value = value > 0.0f ? value : 0.0f;
  return value < 1.0f ? value : 1.0f;
}

DEVICE float stepped(const AttackStepArguments& arguments, float direction, float point, float image) {
  float step = direction > 0.0f ? arguments.size : direction < 0.0f ? -arguments.size : 0.0f;
  return project(point + step, image, arguments.epsilon);
}

DEVICE float element_step(const AttackStepArguments& arguments, int64_t element, float gradient, float point, float image, float mean, uint32_t& not_finite) {
  const bool finite = magnitude(gradient) < __builtin_inff();
  not_finite += finite ? 0 : 1;
  float direction = finite ? gradient : 0.0f;
  if (arguments.momentum != nullptr) {
    direction = direction / mean;
    if (arguments.first == 0) direction = arguments.momentum[element] * arguments.decay + direction;
    arguments.momentum[element] = direction;
  }
  return finite ? stepped(arguments, direction, point, image) : point;
}

// Grid: chunks of the largest image, images.
extern "C" __global__ __launch_bounds__(256) void attack_step(const AttackStepArguments arguments) {
  const ImageSpan image = arguments.images[block_index_y()];
  const int64_t begin = static_cast<int64_t>(block_index_x()) * AttackElementsPerBlock, elements = elements_of(arguments, image);
  if (begin >= elements) return;

  const int64_t end = elements - begin < AttackElementsPerBlock ? elements : begin + AttackElementsPerBlock;
  const float mean = arguments.momentum != nullptr ? mean_of_gradient(arguments, elements) : 1.0f;
  uint32_t not_finite = 0;
  if (image.offset % 4 == 0 && elements % 4 == 0) {
    for (int64_t i = image.offset + begin + 4 * thread_index(); i < image.offset + end; i += 4 * BlockThreads) {
      Float4 points = load4(arguments.point + i), images = load4(arguments.image + i), gradients = load4(arguments.gradient + i), next;
#pragma unroll
      for (int j = 0; j < 4; j++) next.at[j] = element_step(arguments, i + j, gradients.at[j], points.at[j], images.at[j], mean, not_finite);
      store4(arguments.next + i, next);
    }
  } else {
    for (int64_t i = image.offset + begin + thread_index(); i < image.offset + end; i += BlockThreads)
      arguments.next[i] = element_step(arguments, i, arguments.gradient[i], arguments.point[i], arguments.image[i], mean, not_finite);
  }

  not_finite = sum_over_warp(not_finite);
  if (lane_index() == 0 && not_finite != 0) add_atomic(arguments.not_finite + block_index_y(), not_finite);
}
