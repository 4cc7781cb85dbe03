// Every kernel once on small inputs, for the sanitizers: threads of the system under ThreadSanitizer, fibers under AddressSanitizer.
// Prints what a kernel did wrong, and fails; the values are the business of the tests in C#.
#include <cstdio>
#include <cstdlib>
#include <vector>
#include "../cuda/uaagan.cu"
#include "launch.h"

namespace {

bool failed = false;

template <typename Arguments>
void launch(const char* name, void (*kernel)(Arguments), const Arguments& arguments, uint32_t grid_x, uint32_t grid_y, size_t shared_bytes) {
  const char* wrong = emulated::run({grid_x, grid_y, BlockThreads, static_cast<uint32_t>(shared_bytes), 7}, [&] { kernel(arguments); });
  if (wrong == nullptr) return;
  std::printf("%s: %s\n", name, wrong);
  failed = true;
}

std::vector<float> numbers(size_t count) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(std::rand() % 2001) / 1000 - 1;
  return values;
}

void perturb(int32_t channels, int32_t pixels) {
  const size_t elements = static_cast<size_t>(channels) * pixels;
  const std::vector<float> raw = numbers(elements);
  std::vector<uint8_t> original(elements, 100), adversarial(elements);
  std::vector<float> input(elements);
  const ImageSpan image = {0, pixels, 0};
  PerturbStatistics statistics = {};
  const PerturbArguments arguments = {raw.data(), original.data(), adversarial.data(), input.data(), &image, &statistics, 1, pixels, channels, 0, 8, 0, {1, 1, 1}, {0, 0, 0}};
  launch("perturb_forward", perturb_forward, arguments, (pixels + PerturbPixelsPerBlock - 1) / PerturbPixelsPerBlock, 1, sizeof(PerturbShared));
}

void attack(int32_t pixels) {
  const std::vector<float> gradient = numbers(pixels);
  std::vector<float> point(pixels, 0.5f), image = point, momentum(pixels), sums(8);
  const ImageSpan span = {0, pixels, 0};
  uint32_t not_finite = 0;
  const AttackStepArguments arguments = {point.data(), image.data(), gradient.data(), momentum.data(), point.data(), sums.data(), &span, &not_finite, 1, 1, 8, 1, 0.1f, 0.01f, 1, pixels};
  const uint32_t chunks = (pixels + AttackElementsPerBlock - 1) / AttackElementsPerBlock;
  launch("attack_gradient_sums", attack_gradient_sums, arguments, chunks, 1, sizeof(AttackShared));
  launch("attack_step", attack_step, arguments, chunks, 1, 0);
}

// Features of a dimension, packed by the kernel.
struct Packed {
  std::vector<float> unit, residuals;
  std::vector<uint16_t> packed;
  std::vector<uint32_t> status;

  Packed(int32_t count, int32_t dimension, int32_t stride) : unit(numbers(static_cast<size_t>(count) * dimension)), residuals(count), packed(static_cast<size_t>(count) * stride), status(count) {
    const FeaturePackArguments arguments = {unit.data(), unit.data(), packed.data(), residuals.data(), status.data(), count, dimension, stride, 0};
    launch("feature_pack", feature_pack, arguments, (count + BlockWarps - 1) / BlockWarps, 1, 0);
  }
};

void distance(const Packed& features, int32_t count, int32_t dimension) {
  std::vector<float> distances(count), gradients(features.unit.size());
  std::vector<uint32_t> status(count);
  const FeatureDistanceArguments arguments = {features.unit.data(), features.unit.data(), distances.data(), gradients.data(), status.data(), count, dimension, 0, 1e-7f};
  launch("feature_distance", feature_distance, arguments, (count + BlockWarps - 1) / BlockWarps, 1, 0);
}

void search(uint32_t queries, uint32_t rows, uint32_t k) {
  constexpr uint32_t Dimension = 40, Stride = 64, Splits = 2, Half = 256;
  const uint32_t capacity = k + RowTile + 8;
  const Packed probes(queries, Dimension, Stride), gallery(rows, Dimension, Stride);
  std::vector<uint64_t> candidates(static_cast<size_t>(queries) * Splits * capacity), best(static_cast<size_t>(queries) * k);
  std::vector<uint32_t> counts(queries * Splits), thresholds(queries), overflows(queries), found(queries);
  const ScanArguments scan_arguments = {probes.packed.data(), probes.residuals.data(), gallery.packed.data(), nullptr, candidates.data(), counts.data(), thresholds.data(), overflows.data(), 0,
                                        queries, rows, Dimension, Stride, k, capacity, Splits, 0.004f};
  if (queries <= 16) launch("scan_topk_16", scan_topk_16, scan_arguments, Splits, 1, sizeof(ScanShared<16>));
  else launch("scan_topk_128", scan_topk_128, scan_arguments, Splits, (queries + 127) / 128, sizeof(ScanShared<128>));
  const RerankArguments rerank_arguments = {probes.unit.data(), gallery.unit.data(), candidates.data(), counts.data(), thresholds.data(), best.data(), found.data(),
                                            queries, Dimension, k, capacity, Splits, Half};
  launch("rerank_exact", rerank_exact, rerank_arguments, queries < 3 ? queries : 3, 1, sizeof(RerankShared) + 2 * Half * sizeof(uint64_t));
}

} // namespace

int main() {
  perturb(3, 2060);
  perturb(1, 77);
  attack(5000);
  const Packed features(11, 70, 96);
  distance(features, 11, 70);
  search(2, 300, 5);
  search(17, 140, 3);
  // Every row is a candidate here, so that one that is none would be read.
  search(1, 130, 130);
  return failed ? 1 : 0;
}
