// The threads of a block as threads of the system, for ThreadSanitizer: it knows only the order that barriers and collectives make.
#include <barrier>
#include <memory>
#include <thread>
#include "thread.h"

namespace emulated {

namespace {

struct Block {
  std::vector<std::unique_ptr<std::barrier<>>> warps;
  std::vector<WarpSlots> slots;
  std::barrier<> barrier;

  explicit Block(uint32_t threads) : slots(threads / 32), barrier(threads) {
    for (uint32_t warp = 0; warp < threads / 32; warp++) warps.push_back(std::make_unique<std::barrier<>>(32));
  }
};

Block* block;
thread_local Thread* own;

} // namespace

Thread& current() { return *own; }
WarpSlots& current_slots() { return block->slots[own->place.thread / 32]; }
void block_barrier() { block->barrier.arrive_and_wait(); }
void warp_barrier() { block->warps[own->place.thread / 32]->arrive_and_wait(); }

const char* run_block(const Launch& launch, std::vector<Thread>& threads, const std::function<void()>& kernel, uint64_t) {
  Block all(launch.threads);
  block = &all;
  std::vector<std::thread> running;
  for (Thread& thread : threads)
    running.emplace_back([&thread, &kernel] {
      own = &thread;
      kernel();
    });
  for (std::thread& thread : running) thread.join();
  return nullptr;
}

} // namespace emulated
