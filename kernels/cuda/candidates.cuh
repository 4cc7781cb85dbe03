#pragma once
// The reservoir of one query, cut back by one warp to what may still be among the k best.
#include "order.cuh"

constexpr uint32_t HistogramBins = 256;

// The bin, from the top, in which the n-th entry lies; n becomes its rank within that bin.
DEVICE uint32_t bin_of_rank(const uint32_t* histogram, uint32_t& n) {
  constexpr uint32_t BinsPerLane = HistogramBins / WarpSize;
  const uint32_t top = HistogramBins - 1 - lane_index() * BinsPerLane;
  uint32_t own = 0;
  for (uint32_t i = 0; i < BinsPerLane; i++) own += histogram[top - i];
  uint32_t before = own;
  for (uint32_t by = 1; by < WarpSize; by *= 2) {
    uint32_t lower = shuffle_up(before, by);
    before += lane_index() >= by ? lower : 0;
  }
  before -= own;
  const uint32_t owner = __builtin_ctz(ballot(before < n && n <= before + own));
  uint32_t rank = n - before, bin = top;
  if (lane_index() == owner)
    for (; rank > histogram[bin]; bin--) rank -= histogram[bin];
  n = shuffle(rank, owner);
  return shuffle(bin, owner);
}

// The ordered bits of the k-th best score of count >= k entries: four rounds of eight bits.
DEVICE uint32_t kth_score(const uint64_t* entries, uint32_t count, uint32_t k, uint32_t* histogram) {
  uint32_t prefix = 0;
  for (int shift = 24; shift >= 0; shift -= 8) {
    for (uint32_t bin = lane_index(); bin < HistogramBins; bin += WarpSize) histogram[bin] = 0;
    if (!planted(Fault::missing_warp_barrier)) warp_barrier();
    for (uint32_t i = lane_index(); i < count; i += WarpSize) {
      uint32_t ordered = ordered_of_key(entries[i]);
      if (shift == 24 || ordered >> (shift + 8) == prefix) add_atomic(&histogram[(ordered >> shift) & 0xff], 1u);
    }
    warp_barrier();
    prefix = (prefix << 8) | bin_of_rank(histogram, k);
    warp_barrier();
  }
  return prefix;
}

// Keeps the entries at or above a score, in place; the number kept.
DEVICE uint32_t keep_at_least(uint64_t* entries, uint32_t count, float score) {
  uint32_t kept = 0;
  for (uint32_t base = 0; base < count; base += WarpSize) {
    uint32_t i = base + lane_index();
    uint64_t entry = i < count ? entries[i] : 0;
    bool keep = i < count && score_of_ordered(ordered_of_key(entry)) >= score;
    // The ballot also lets no lane write before all have read.
    uint32_t keepers = ballot(keep);
    if (keep) entries[kept + __builtin_popcount(keepers & ((1u << lane_index()) - 1))] = entry;
    kept += __builtin_popcount(keepers);
  }
  warp_barrier();
  return kept;
}
