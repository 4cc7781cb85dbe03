// Scans packed rows for the candidates of each query's k best, without writing a score that is none: tensor cores, a threshold, a
// filter, a reservoir. rerank_exact finds the k best among the candidates.
//
// A score s in bfloat16 is within err = r_q + r (1 + r_q) + D 2^-21 of the canonical one, where r_q and r are the residual norms of
// query and rows, unit vectors all, and the last term covers both float32 sums. So no row below s_k - 2 err is among the k best, s_k
// the k-th best s seen so far in any part: this is the threshold, which blocks share and which only rises. A reservoir that would
// overflow is first cut back to the threshold; one that then is still too full sets the query's overflow, and its candidates are void.
// Any number of queries and rows; stride a multiple of 32. Grid: splits of the rows, tiles of queries.
#include "candidates.cuh"
#include "scan_tile.cuh"

template <uint32_t QueryTile> struct ScanShared {
  Stage<QueryTile> stages[Stages];
  uint32_t histograms[BlockWarps][HistogramBins];
  uint32_t counts[QueryTile];
  float thresholds[QueryTile];
};

// The part of the rows that a block scans: whole tiles, as evenly as they go.
struct RowRange {
  uint32_t begin, end;
};

DEVICE RowRange range_of_split(const ScanArguments& arguments) {
  const int64_t tiles = (arguments.row_count + static_cast<int64_t>(RowTile) - 1) / RowTile;
  const int64_t begin = tiles * block_index_x() / arguments.splits * RowTile, end = tiles * (block_index_x() + 1) / arguments.splits * RowTile;
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(end < arguments.row_count ? end : arguments.row_count)};
}

DEVICE float twice_the_error(const ScanArguments& arguments, uint32_t query) {
  if (planted(Fault::threshold_without_margin)) return 0;
  const float residual = arguments.query_residuals[query];
  const float error = residual + arguments.row_residual * (1.0f + residual) + static_cast<float>(arguments.dimension) * 0x1p-21f;
  // A little more, for the roundings here and in the subtraction.
  return 2.0f * error + 0x1p-21f;
}

DEVICE uint64_t* reservoir_of(const ScanArguments& arguments, uint32_t query) {
  return arguments.candidates + (static_cast<int64_t>(query) * arguments.splits + block_index_x()) * arguments.capacity;
}

// Raises the threshold to what this reservoir proves and drops what lies below.
template <uint32_t QueryTile> DEVICE void cut_back(const ScanArguments& arguments, ScanShared<QueryTile>& shared, uint32_t first_query, uint32_t local) {
  const uint32_t query = first_query + local, count = shared.counts[local];
  uint64_t* entries = reservoir_of(arguments, query);
  const float kth = score_of_ordered(kth_score(entries, count, arguments.k, shared.histograms[warp_index()]));
  const float proved = kth - twice_the_error(arguments, query);
  const float threshold = proved > shared.thresholds[local] ? proved : shared.thresholds[local];
  const uint32_t kept = keep_at_least(entries, count, threshold);
  if (lane_index() != 0) return;
  max_atomic(arguments.thresholds + query, ordered_bits(threshold));
  shared.counts[local] = kept;
  shared.thresholds[local] = threshold;
}

// Between two tiles, a warp for each query: takes up what other blocks have proved and makes room for a whole tile.
template <uint32_t QueryTile> DEVICE void make_room(const ScanArguments& arguments, ScanShared<QueryTile>& shared, uint32_t first_query) {
  const uint32_t room = arguments.capacity - RowTile;
  for (uint32_t local = warp_index(); local < QueryTile && first_query + local < arguments.query_count; local += BlockWarps) {
    if (lane_index() == 0) {
      uint32_t proved = load_atomic(arguments.thresholds + first_query + local);
      if (proved != 0 && score_of_ordered(proved) > shared.thresholds[local]) shared.thresholds[local] = score_of_ordered(proved);
    }
    warp_barrier();
    if (shared.counts[local] <= room) continue;
    cut_back(arguments, shared, first_query, local);
    warp_barrier();
    if (shared.counts[local] <= room) continue;
    // Every lane has seen the count before one of them changes it.
    warp_barrier();
    if (lane_index() == 0) {
      add_atomic(arguments.overflows + first_query + local, 1u);
      shared.counts[local] = 0;
      shared.thresholds[local] = __builtin_inff();
    }
    warp_barrier();
  }
}

DEVICE bool allowed(const ScanArguments& arguments, uint32_t query, uint32_t row) {
  return arguments.mask == nullptr || (arguments.mask[query * arguments.mask_stride + row / 32] >> (row % 32) & 1) != 0;
}

template <uint32_t QueryTile>
DEVICE void keep_candidates(const ScanArguments& arguments, ScanShared<QueryTile>& shared, const Accumulators<QueryTile>& scores, uint32_t first_query, uint32_t first_row, uint32_t end) {
  using Share = WarpShare<QueryTile>;
#pragma unroll
  for (uint32_t m = 0; m < Share::QueryFragments; m++)
#pragma unroll
    for (uint32_t i = 0; i < 4; i++) {
      const uint32_t local = scores.query_of(m, i), query = first_query + local;
      const float threshold = shared.thresholds[local];
#pragma unroll
      for (uint32_t n = 0; n < Share::RowFragments; n++) {
        const float score = scores.at[m][n][i];
        const uint32_t row = first_row + scores.row_of(n, i);
        if (!(score >= threshold) || row >= end || query >= arguments.query_count || !allowed(arguments, query, row)) continue;
        reservoir_of(arguments, query)[add_atomic(&shared.counts[local], 1u)] = order_key(score, row);
      }
    }
}

template <uint32_t QueryTile> DEVICE void scan(const ScanArguments& arguments) {
  auto& shared = *shared_memory<ScanShared<QueryTile>>();
  const uint32_t first_query = block_index_y() * QueryTile;
  const RowRange range = range_of_split(arguments);
  const uint32_t end = range.end + (planted(Fault::row_past_the_end) && range.end == arguments.row_count ? 1 : 0);
  for (uint32_t local = thread_index(); local < QueryTile; local += BlockThreads) {
    shared.counts[local] = 0;
    shared.thresholds[local] = -__builtin_inff();
  }

  const uint32_t slices = arguments.stride / SliceComponents;
  const uint32_t tiles = (range.end - range.begin + RowTile - 1) / RowTile, steps = tiles * slices;
  uint32_t next_tile = 0, next_slice = 0, next_step = 0;
  auto copy_next = [&] {
    if (next_step < steps) {
      auto& stage = shared.stages[next_step % Stages];
      copy_slice(stage.queries, QueryTile, arguments.queries, first_query, arguments.query_count, arguments.stride, next_slice);
      copy_slice(stage.rows, RowTile, arguments.rows, range.begin + next_tile * RowTile, arguments.row_count, arguments.stride, next_slice);
      next_step++;
      if (++next_slice == slices) next_slice = 0, next_tile++;
    }
    // Groups are counted, so one is closed even where nothing was left to copy.
    commit_copies();
  };
  for (uint32_t i = 0; i < Stages - 1; i++) copy_next();

  uint32_t step = 0;
  for (uint32_t tile = 0; tile < tiles; tile++) {
    Accumulators<QueryTile> scores;
    scores.clear();
    for (uint32_t slice = 0; slice < slices; slice++, step++) {
      wait_copies<Stages - 2 + (planted(Fault::lax_asynchronous_wait) ? 1 : 0)>();
      // Every thread's copies of this step are there, and nobody reads the stage of the step before any more.
      if (!planted(Fault::missing_stage_barrier)) block_barrier();
      copy_next();
      scores.add(shared.stages[step % Stages]);
    }
    keep_candidates(arguments, shared, scores, first_query, range.begin + tile * RowTile, end);
    block_barrier();
    make_room(arguments, shared, first_query);
    // Those that come to the next candidates first must see the room.
    block_barrier();
  }
  wait_copies<0>();

  for (uint32_t local = warp_index(); local < QueryTile && first_query + local < arguments.query_count; local += BlockWarps) {
    if (shared.counts[local] >= arguments.k) cut_back(arguments, shared, first_query, local);
    warp_barrier();
    if (lane_index() == 0) arguments.counts[static_cast<int64_t>(first_query + local) * arguments.splits + block_index_x()] = shared.counts[local];
  }
}

// For more than 16 queries: tiles of 128.
extern "C" __global__ __launch_bounds__(256) void scan_topk_128(const ScanArguments arguments) { scan<128>(arguments); }

// For up to 16 queries, where reading the rows is what takes time.
extern "C" __global__ __launch_bounds__(256) void scan_topk_16(const ScanArguments arguments) { scan<16>(arguments); }
