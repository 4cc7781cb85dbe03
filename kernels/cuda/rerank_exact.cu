// The k best of each query among the candidates of its scan, by the canonical score, a block a query.
//
// A score is one chain of fused multiply-adds over d = 0..D-1 in float32, as UaaGan.Kernels.CanonicalScore has it, so a lane owns a
// candidate: 32 components of 32 candidates pass through shared memory, read along rows and summed along columns. Candidates below the
// final threshold are not read. Keys are sorted in shared memory, half new and half the best so far; the order is total.
#include "arguments.cuh"
#include "order.cuh"

constexpr uint32_t Batch = BlockThreads;
constexpr uint32_t Pitch = WarpSize + 1; // a column of this pitch lies in 32 banks

struct RerankShared {
  float components[BlockWarps][WarpSize * Pitch];
  uint32_t pending[2 * Batch - 1]; // less than a batch waits when another comes
  uint32_t pending_count;
};

DEVICE float canonical_score(const RerankArguments& arguments, const float* query, uint32_t row, uint32_t candidates, float* components) {
  float sum = 0;
  for (uint32_t start = 0; start < arguments.dimension; start += WarpSize) {
    const uint32_t d = start + lane_index();
    const uint32_t component = bits_of(d < arguments.dimension ? query[d] : 0.0f);
    for (uint32_t i = 0; i < candidates; i++) {
      const float* other = arguments.rows + static_cast<int64_t>(shuffle(row, i)) * arguments.dimension;
      components[i * Pitch + lane_index()] = d < arguments.dimension ? other[d] : 0.0f;
    }
    warp_barrier();
    const uint32_t left = arguments.dimension - start;
    for (uint32_t i = 0; i < (left < WarpSize ? left : WarpSize); i++) {
      const float query_component = float_of(shuffle(component, i));
      if (lane_index() < candidates) sum = fused(components[lane_index() * Pitch + i], query_component, sum);
    }
    warp_barrier();
  }
  return sum + 0.0f;
}

// Scores up to 256 pending candidates, a lane each; what has none leaves 0, less than any key.
DEVICE void score_pending(const RerankArguments& arguments, const float* query, RerankShared& shared, uint32_t count, uint64_t* keys) {
  const uint32_t first = warp_index() * WarpSize;
  const uint32_t candidates = count <= first ? 0 : count - first < WarpSize ? count - first : WarpSize;
  const uint32_t row = lane_index() < candidates ? shared.pending[thread_index()] : 0;
  uint64_t key = 0;
  if (candidates != 0) {
    const float score = canonical_score(arguments, query, row, candidates, shared.components[warp_index()]);
    key = lane_index() < candidates ? order_key(score, row) : 0;
  }
  keys[thread_index()] = key;
}

// Bitonic, largest first; size is a power of two.
DEVICE void sort_descending(uint64_t* keys, uint32_t size) {
  for (uint32_t run = 2; run <= size; run *= 2)
    for (uint32_t distance = run / 2; distance > 0; distance /= 2) {
      block_barrier();
      for (uint32_t i = thread_index(); i < size / 2; i += BlockThreads) {
        const uint32_t low = i / distance * distance * 2 + i % distance, high = low + distance;
        const bool descending = (low & run) == 0;
        const uint64_t a = keys[low], b = keys[high];
        if (descending ? a < b : a > b) keys[low] = b, keys[high] = a;
      }
    }
  block_barrier();
}

// Grid: queries.
extern "C" __global__ __launch_bounds__(256) void rerank_exact(const RerankArguments arguments) {
  RerankShared& shared = *shared_memory<RerankShared>();
  uint64_t* keys = reinterpret_cast<uint64_t*>(&shared + 1); // 2 x half
  const uint32_t query_index = block_index_x(), half = arguments.half;
  const float* query = arguments.queries + static_cast<int64_t>(query_index) * arguments.dimension;
  const uint32_t threshold = arguments.thresholds[query_index];
  for (uint32_t i = thread_index(); i < 2 * half; i += BlockThreads) keys[i] = 0;
  if (thread_index() == 0) shared.pending_count = 0;
  block_barrier();

  uint32_t filled = half, total = 0;
  auto flush = [&](uint32_t count) {
    if (filled == 2 * half) {
      sort_descending(keys, 2 * half);
      filled = half;
    }
    score_pending(arguments, query, shared, count, keys + filled);
    filled += Batch;
    total += count;
    block_barrier();
  };
  for (uint32_t split = 0; split < arguments.splits; split++) {
    const int64_t list = static_cast<int64_t>(query_index) * arguments.splits + split;
    const uint64_t* candidates = arguments.candidates + list * arguments.capacity;
    const uint32_t count = arguments.counts[list];
    for (uint32_t base = 0; base < count; base += Batch) {
      const uint32_t i = base + thread_index();
      const uint64_t candidate = i < count ? candidates[i] : 0;
      if (i < count && ordered_of_key(candidate) >= threshold) shared.pending[add_atomic(&shared.pending_count, 1u)] = row_of_key(candidate);
      block_barrier();
      const uint32_t pending = shared.pending_count;
      if (pending < Batch) {
        // Nobody adds to the count before all have read it.
        block_barrier();
        continue;
      }
      flush(Batch);
      if (thread_index() < pending - Batch) shared.pending[thread_index()] = shared.pending[Batch + thread_index()];
      if (thread_index() == 0) shared.pending_count = pending - Batch;
      block_barrier();
    }
  }
  const uint32_t rest = shared.pending_count;
  if (rest != 0) flush(rest);
  // Slots behind the filled ones may hold keys of an earlier round.
  for (uint32_t i = filled + thread_index(); i < 2 * half; i += BlockThreads) keys[i] = 0;
  sort_descending(keys, 2 * half);
  for (uint32_t i = thread_index(); i < arguments.k; i += BlockThreads)
    arguments.best[static_cast<int64_t>(query_index) * arguments.k + i] = keys[i];
  if (thread_index() == 0) arguments.found[query_index] = total < arguments.k ? total : arguments.k;
}
