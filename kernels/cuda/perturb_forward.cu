// Applies a generator's raw output to images, in one pass over memory: tanh or clamp, scale, add, clamp, round half to even, store
// uint8, normalise for the network, and measure what was stored.
//
//   level = clamp(fma(bound(raw), levels, original), 0, 255), adversarial = round(level)
//   network input = fma(adversarial / 255, scale, bias), planar
//
// Where raw is the perturbed image itself, in [0,1], level = 255 raw, kept within levels of the original and within 0 to 255.
// Raw and network input are planar (CHW), images interleaved (HWC); all four begin at the image's offset. levels is a whole number,
// so rounding never leaves the budget. A NaN leaves its element as it was and is counted. Any number of pixels; where offset and
// pixels are multiples of 4, all accesses are of 4 elements.
#include "arguments.cuh"
#include "reductions.cuh"
#include "vectors.cuh"

constexpr uint32_t PerturbPixelsPerBlock = 2048;

struct PerturbShared {
  uint32_t largest[BlockWarps], sum[BlockWarps], squares[BlockWarps], not_a_number[BlockWarps];
};

// Of one thread: at most 8 pixels or 24 elements, 24 x 255^2 at most.
struct ThreadStatistics {
  uint32_t largest = 0, sum = 0, squares = 0, not_a_number = 0;
};

DEVICE float unclamped_level(const PerturbArguments& arguments, float raw, float original) {
  if (arguments.bound == 2) {
    float level = raw * 255.0f, lower = original - arguments.levels, upper = original + arguments.levels;
    level = level > lower ? level : lower;
    return level < upper ? level : upper;
  }
  float bounded = arguments.bound == 0 ? hyperbolic_tangent(raw) : raw < -1.0f ? -1.0f : raw > 1.0f ? 1.0f : raw;
  return fused(bounded, arguments.levels, original);
}

DEVICE uint32_t perturbed_level(const PerturbArguments& arguments, float raw, uint32_t original, ThreadStatistics& statistics) {
  float level = unclamped_level(arguments, raw, static_cast<float>(original));
  level = level > 0.0f ? level : 0.0f;
  level = level < 255.0f ? level : 255.0f;
  uint32_t rounded = bits_of(level + RoundingShift) & 0xff;
  bool nan = is_nan(raw);
  rounded = nan ? original : rounded;
  uint32_t difference = rounded > original ? rounded - original : original - rounded;
  statistics.largest = difference > statistics.largest ? difference : statistics.largest;
  statistics.sum += difference;
  statistics.squares += difference * difference;
  statistics.not_a_number += nan ? 1 : 0;
  return rounded;
}

DEVICE float network_value(const PerturbArguments& arguments, uint32_t level, int channel) {
  return fused(unit_of(static_cast<float>(level)), arguments.scale[channel], arguments.bias[channel]);
}

template <int Channels>
DEVICE void perturb_four(const PerturbArguments& arguments, const ImageSpan& image, int32_t pixel, ThreadStatistics& statistics) {
  const float* raw = arguments.raw + image.offset + pixel;
  const uint32_t* original = reinterpret_cast<const uint32_t*>(arguments.original + image.offset + static_cast<int64_t>(pixel) * Channels);
  uint32_t* adversarial = reinterpret_cast<uint32_t*>(arguments.adversarial + image.offset + static_cast<int64_t>(pixel) * Channels);
  uint32_t words[Channels], stored[Channels];
  for (int i = 0; i < Channels; i++) words[i] = original[i], stored[i] = 0;
#pragma unroll
  for (int channel = 0; channel < Channels; channel++) {
    Float4 values = load4(raw + static_cast<int64_t>(channel) * image.pixels);
    Float4 inputs;
#pragma unroll
    for (int i = 0; i < 4; i++) {
      const int byte = i * Channels + channel;
      uint32_t level = perturbed_level(arguments, values.at[i], (words[byte / 4] >> (byte % 4 * 8)) & 0xff, statistics);
      stored[byte / 4] |= level << (byte % 4 * 8);
      inputs.at[i] = network_value(arguments, level, channel);
    }
    if (arguments.network_input != nullptr) store4(arguments.network_input + image.offset + static_cast<int64_t>(channel) * image.pixels + pixel, inputs);
  }
  for (int i = 0; i < Channels; i++) adversarial[i] = stored[i];
}

template <int Channels>
DEVICE void perturb_one(const PerturbArguments& arguments, const ImageSpan& image, int32_t pixel, ThreadStatistics& statistics) {
#pragma unroll
  for (int channel = 0; channel < Channels; channel++) {
    int64_t planar = image.offset + static_cast<int64_t>(channel) * image.pixels + pixel;
    int64_t interleaved = image.offset + static_cast<int64_t>(pixel) * Channels + channel;
    uint32_t level = perturbed_level(arguments, arguments.raw[planar], arguments.original[interleaved], statistics);
    arguments.adversarial[interleaved] = static_cast<uint8_t>(level);
    if (arguments.network_input != nullptr) arguments.network_input[planar] = network_value(arguments, level, channel);
  }
}

template <int Channels>
DEVICE void perturb_part(const PerturbArguments& arguments, const ImageSpan& image, ThreadStatistics& statistics) {
  int32_t begin = static_cast<int32_t>(block_index_x() * PerturbPixelsPerBlock);
  int32_t count = image.pixels - (planted(Fault::tail_off_by_one) ? 1 : 0);
  int32_t end = count - begin < static_cast<int32_t>(PerturbPixelsPerBlock) ? count : begin + static_cast<int32_t>(PerturbPixelsPerBlock);
  if (image.offset % 4 == 0 && image.pixels % 4 == 0) {
    for (int32_t pixel = begin + 4 * static_cast<int32_t>(thread_index()); pixel < end; pixel += 4 * BlockThreads)
      perturb_four<Channels>(arguments, image, pixel, statistics);
  } else {
    for (int32_t pixel = begin + static_cast<int32_t>(thread_index()); pixel < end; pixel += BlockThreads)
      perturb_one<Channels>(arguments, image, pixel, statistics);
  }
}

// Grid: blocks of 2048 pixels of the largest image, images.
extern "C" __global__ __launch_bounds__(256) void perturb_forward(const PerturbArguments arguments) {
  const ImageSpan image = arguments.images[block_index_y()];
  if (static_cast<int64_t>(block_index_x()) * PerturbPixelsPerBlock >= image.pixels) return;

  ThreadStatistics statistics;
  if (arguments.channels == 3) perturb_part<3>(arguments, image, statistics);
  else perturb_part<1>(arguments, image, statistics);

  PerturbShared* shared = shared_memory<PerturbShared>();
  uint32_t largest = max_over_warp(statistics.largest), sum = sum_over_warp(statistics.sum);
  uint32_t squares = sum_over_warp(statistics.squares), not_a_number = sum_over_warp(statistics.not_a_number);
  if (lane_index() == 0) {
    shared->largest[warp_index()] = largest;
    shared->sum[warp_index()] = sum;
    shared->squares[warp_index()] = squares;
    shared->not_a_number[warp_index()] = not_a_number;
  }
  if (!planted(Fault::missing_block_barrier)) block_barrier();
  if (thread_index() != 0) return;

  for (uint32_t warp = 1; warp < BlockWarps; warp++) {
    largest = shared->largest[warp] > largest ? shared->largest[warp] : largest;
    sum += shared->sum[warp];
    squares += shared->squares[warp];
    not_a_number += shared->not_a_number[warp];
  }
  PerturbStatistics* total = arguments.statistics + block_index_y();
  add_atomic(&total->sum, static_cast<uint64_t>(sum));
  add_atomic(&total->squares, static_cast<uint64_t>(squares));
  max_atomic(&total->largest, largest);
  add_atomic(&total->not_a_number, not_a_number);
}
