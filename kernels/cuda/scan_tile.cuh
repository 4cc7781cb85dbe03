#pragma once
// Scores of a tile of queries with a tile of rows on tensor cores. Slices of 32 components pass through a ring of stages in shared
// memory; a slice's row is 64 bytes, its four pieces of 16 permuted so that eight rows of one piece lie in different banks.
#include "arguments.cuh"
#include "device.cuh"

constexpr uint32_t RowTile = 128;
constexpr uint32_t SliceComponents = 32;
constexpr uint32_t SliceBytes = SliceComponents * sizeof(uint16_t);
constexpr uint32_t PieceBytes = 16;
constexpr uint32_t PiecesPerRow = SliceBytes / PieceBytes;
constexpr uint32_t Stages = 4;

template <uint32_t QueryTile> struct alignas(16) Stage {
  unsigned char queries[QueryTile * SliceBytes];
  unsigned char rows[RowTile * SliceBytes];
};

// Eight warps side by side over a tile: many queries as 2 x 4 warps of 64 x 32, few as 1 x 8 of 16 x 16.
template <uint32_t QueryTile> struct WarpShare {
  static constexpr uint32_t QueryWarps = QueryTile >= 128 ? 2 : 1;
  static constexpr uint32_t RowWarps = BlockWarps / QueryWarps;
  static constexpr uint32_t Queries = QueryTile / QueryWarps;
  static constexpr uint32_t Rows = RowTile / RowWarps;
  static constexpr uint32_t QueryFragments = Queries / 16;
  static constexpr uint32_t RowFragments = Rows / 8;
};

DEVICE uint32_t piece_offset(uint32_t row, uint32_t piece) { return row * SliceBytes + ((piece ^ (row / 2)) % PiecesPerRow) * PieceBytes; }

// Rows past the last are copies of it, never to be read as rows.
DEVICE void copy_slice(unsigned char* to, uint32_t tile, const uint16_t* from, uint32_t first, uint32_t count, int32_t stride, uint32_t slice) {
  for (uint32_t i = thread_index(); i < tile * PiecesPerRow; i += BlockThreads) {
    uint32_t row = i / PiecesPerRow, piece = i % PiecesPerRow;
    uint32_t source = first + row < count ? first + row : count - 1;
    copy_async(to + piece_offset(row, piece), from + static_cast<int64_t>(source) * stride + slice * SliceComponents + piece * (PieceBytes / sizeof(uint16_t)));
  }
}

template <uint32_t QueryTile> struct Accumulators {
  using Share = WarpShare<QueryTile>;
  float at[Share::QueryFragments][Share::RowFragments][4];

  DEVICE_MEMBER void clear() {
#pragma unroll
    for (uint32_t m = 0; m < Share::QueryFragments; m++)
#pragma unroll
      for (uint32_t n = 0; n < Share::RowFragments; n++)
#pragma unroll
        for (uint32_t i = 0; i < 4; i++) at[m][n][i] = 0;
  }

  DEVICE_MEMBER void add(const Stage<QueryTile>& stage) {
    const uint32_t first_query = warp_index() / Share::RowWarps * Share::Queries, first_row = warp_index() % Share::RowWarps * Share::Rows;
    const uint32_t in_matrix = lane_index() % 8, matrix = lane_index() / 8;
#pragma unroll
    for (uint32_t step = 0; step < SliceComponents / 16; step++) {
      uint32_t queries[Share::QueryFragments][4], rows[Share::RowFragments / 2][4];
      // Of queries: rows 0-7 and 8-15 of the first eight components, then of the second; of rows the other way round.
#pragma unroll
      for (uint32_t m = 0; m < Share::QueryFragments; m++)
        load_matrices(queries[m], stage.queries + piece_offset(first_query + m * 16 + matrix % 2 * 8 + in_matrix, step * 2 + matrix / 2));
#pragma unroll
      for (uint32_t n = 0; n < Share::RowFragments / 2; n++)
        load_matrices(rows[n], stage.rows + piece_offset(first_row + n * 16 + matrix / 2 * 8 + in_matrix, step * 2 + matrix % 2));
#pragma unroll
      for (uint32_t m = 0; m < Share::QueryFragments; m++)
#pragma unroll
        for (uint32_t n = 0; n < Share::RowFragments; n++) multiply_add(at[m][n], queries[m], rows[n / 2][n % 2 * 2], rows[n / 2][n % 2 * 2 + 1]);
    }
  }

  // Where in the tile the i-th number of a fragment belongs.
  DEVICE_MEMBER static uint32_t query_of(uint32_t m, uint32_t i) { return warp_index() / Share::RowWarps * Share::Queries + m * 16 + i / 2 * 8 + lane_index() / 4; }
  DEVICE_MEMBER static uint32_t row_of(uint32_t n, uint32_t i) { return warp_index() % Share::RowWarps * Share::Rows + n * 8 + lane_index() % 4 * 2 + i % 2; }
};
