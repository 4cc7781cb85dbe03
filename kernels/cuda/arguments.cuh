#pragma once
// What kernels are given, by value. UaaGan.Kernels has the same structures under the same names; a test compares their sizes.
#include <stdint.h>

// One image of a batch: where its elements begin in every array, and how many pixels it has.
struct ImageSpan {
  int64_t offset;
  int32_t pixels;
  int32_t reserved;
};

// Of the perturbation as stored: integers, so that no order of summation matters. They are added to, from zeros.
struct PerturbStatistics {
  uint64_t sum;
  uint64_t squares;
  uint32_t largest;
  uint32_t not_a_number;
};

struct PerturbArguments {
  const float* raw;
  const uint8_t* original;
  uint8_t* adversarial;
  float* network_input; // may be null
  const ImageSpan* images;
  PerturbStatistics* statistics; // one an image
  int32_t image_count;
  int32_t largest_image; // pixels, for the grid
  int32_t channels;      // 1 or 3
  int32_t bound;         // of raw; 0: tanh, 1: clamp to [-1, 1], 2: the budget, raw being an image
  float levels;          // the budget in grey levels, a whole number
  int32_t reserved;
  float scale[3];   // network input = fma(byte / 255, scale, bias)
  float bias[3];
};

struct AttackStepArguments {
  const float* point;
  const float* image;
  const float* gradient;
  float* momentum; // null: sign steps
  float* next;     // may be point
  float* sums;     // image_count x sums_stride: |gradient| summed over each chunk
  const ImageSpan* images;
  uint32_t* not_finite; // one an image, added to
  int32_t image_count;
  int32_t channels;
  int32_t sums_stride;
  int32_t first; // 1: the momentum is yet to begin
  float epsilon;
  float size;
  float decay;
  int32_t largest_image; // pixels, for the grid
};

struct FeaturePackArguments {
  const float* features; // count x dimension
  float* unit;           // count x dimension
  uint16_t* packed;      // count x stride, bfloat16, zeros behind the dimension
  float* residuals;      // count: no less than the norm of unit - packed
  uint32_t* status;      // count: 0 good, 1 a component is not finite or above 1e15, 2 norm below 1e-6
  int32_t count;
  int32_t dimension;
  int32_t stride;
  int32_t reserved;
};

struct FeatureDistanceArguments {
  const float* adversarial; // count x dimension
  const float* clean;       // count x dimension
  float* distances;         // count
  float* gradients;         // count x dimension, may be null
  uint32_t* status;         // count: 0 good, 1 not finite
  int32_t count;
  int32_t dimension;
  int32_t squared; // 1: the squared distance
  float shift;     // added to each difference
};

struct ScanArguments {
  const uint16_t* queries;      // query_count x stride, packed
  const float* query_residuals; // query_count
  const uint16_t* rows;         // row_count x stride, packed
  const uint32_t* mask;         // bit i % 32 of word i / 32 allows row i; null: every row
  uint64_t* candidates;         // query_count x splits x capacity
  uint32_t* counts;             // query_count x splits
  uint32_t* thresholds;         // query_count, ordered bits, from zeros
  uint32_t* overflows;          // query_count, from zeros
  int64_t mask_stride;          // words from one query's mask to the next; 0: one mask for all
  uint32_t query_count;
  uint32_t row_count;
  uint32_t dimension;
  uint32_t stride; // a multiple of 32
  uint32_t k;
  uint32_t capacity; // at least k + 128
  uint32_t splits;
  float row_residual; // the largest of the rows'
};

struct RerankArguments {
  const float* queries; // query_count x dimension, unit
  const float* rows;    // row_count x dimension, unit
  const uint64_t* candidates;
  const uint32_t* counts;
  const uint32_t* thresholds;
  uint64_t* best;  // query_count x k, best first, 0 behind the last
  uint32_t* found; // query_count
  uint32_t query_count;
  uint32_t dimension;
  uint32_t k;
  uint32_t capacity;
  uint32_t splits;
  uint32_t half; // a power of two, at least k and 256
};
