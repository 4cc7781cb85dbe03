#pragma once
// Faults that the tests plant to prove that they would be seen: -DUAAGAN_FAULT=n builds one in, the product builds none.
#ifndef UAAGAN_FAULT
#define UAAGAN_FAULT 0
#endif

enum class Fault {
  none,
  missing_block_barrier,    // perturb_forward adds up the warps' statistics before all are written
  missing_warp_barrier,     // scan_topk counts into a histogram that other lanes still clear
  lax_asynchronous_wait,    // scan_topk multiplies a slice whose copies may be under way
  missing_stage_barrier,    // scan_topk overwrites a slice that other warps still multiply
  tail_off_by_one,          // perturb_forward leaves the last pixel of an image out
  row_past_the_end,         // scan_topk takes the rows that pad its last tile for rows
  threshold_without_margin, // scan_topk trusts bfloat16 scores to the last bit
  barrier_in_a_branch,      // feature_pack: warps without a row do not come to the barrier
};

constexpr bool planted(Fault fault) { return static_cast<int>(fault) == UAAGAN_FAULT && fault != Fault::none; }
