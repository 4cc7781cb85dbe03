#pragma once
// What a kernel may use of the machine: clang's own builtins in PTX, the emulator's functions on the CPU. No file of NVIDIA's is needed.
#include <stddef.h>
#include <stdint.h>
#include "faults.cuh"

#ifdef UAAGAN_EMULATE
#include "../emulator/emulator.h"
#else

#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#define DEVICE static inline __device__ __attribute__((always_inline))
#define DEVICE_MEMBER __device__ __attribute__((always_inline))

DEVICE uint32_t thread_index() { return __nvvm_read_ptx_sreg_tid_x(); }
DEVICE uint32_t block_index_x() { return __nvvm_read_ptx_sreg_ctaid_x(); }
DEVICE uint32_t block_index_y() { return __nvvm_read_ptx_sreg_ctaid_y(); }

DEVICE void block_barrier() { __syncthreads(); }
DEVICE void warp_barrier() { __nvvm_bar_warp_sync(0xffffffff); }

// Collectives of a whole warp: every lane calls them.
DEVICE uint32_t ballot(bool predicate) { return __nvvm_vote_ballot_sync(0xffffffff, predicate); }
DEVICE uint32_t shuffle(uint32_t value, uint32_t lane) { return __nvvm_shfl_sync_idx_i32(0xffffffff, value, lane, 31); }
DEVICE uint32_t shuffle_xor(uint32_t value, uint32_t mask) { return __nvvm_shfl_sync_bfly_i32(0xffffffff, value, mask, 31); }
DEVICE uint32_t shuffle_up(uint32_t value, uint32_t by) { return __nvvm_shfl_sync_up_i32(0xffffffff, value, by, 0); }

// Shared memory of the block, as many bytes as the launch asked for.
DEVICE unsigned char* shared_bytes() {
  extern __shared__ __attribute__((aligned(16))) unsigned char dynamic_shared_memory[];
  return dynamic_shared_memory;
}

typedef __attribute__((address_space(1))) const void* GlobalPointer;
typedef __attribute__((address_space(3))) void* SharedPointer;

DEVICE uint32_t shared_address(const void* pointer) { return (uint32_t)(uintptr_t)(__attribute__((address_space(3))) const void*)pointer; }

// Sixteen bytes from global to shared memory, done when a wait for their group returns.
DEVICE void copy_async(void* to, const void* from) { __nvvm_cp_async_cg_shared_global_16((SharedPointer)to, (GlobalPointer)from); }
DEVICE void commit_copies() { __nvvm_cp_async_commit_group(); }
template <int Pending> DEVICE void wait_copies() { __nvvm_cp_async_wait_group(Pending); }

// Four 8x8 matrices of bfloat16; lanes 8i..8i+7 give the rows of matrix i.
DEVICE void load_matrices(uint32_t (&registers)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(registers[0]), "=r"(registers[1]), "=r"(registers[2]), "=r"(registers[3])
               : "r"(shared_address(row))
               : "memory");
}

// c += a * b for 16x16 of a and 16x8 of b, in bfloat16, summed in float32.
DEVICE void multiply_add(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

#endif

// Of the host's compiler and of the device's alike.
template <typename T> DEVICE T add_atomic(T* to, T value) { return __atomic_fetch_add(to, value, __ATOMIC_RELAXED); }
template <typename T> DEVICE void max_atomic(T* to, T value) { __atomic_fetch_max(to, value, __ATOMIC_RELAXED); }
template <typename T> DEVICE T load_atomic(const T* from) { return __atomic_load_n(from, __ATOMIC_RELAXED); }

template <typename T> DEVICE T* shared_memory() { return reinterpret_cast<T*>(shared_bytes()); }

constexpr uint32_t WarpSize = 32;
constexpr uint32_t BlockThreads = 256;
constexpr uint32_t BlockWarps = BlockThreads / WarpSize;

DEVICE uint32_t lane_index() { return thread_index() % WarpSize; }
DEVICE uint32_t warp_index() { return thread_index() / WarpSize; }
