// The threads of a block as threads of the system, for ThreadSanitizer: it knows only the order that barriers and collectives make.
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include "thread.h"

namespace emulated {

namespace {

class Barrier {
public:
  void wait(uint32_t threads) {
    std::unique_lock lock(mutex_);
    const uint32_t generation = generation_;
    if (++arrived_ == threads) {
      arrived_ = 0;
      generation_++;
      changed_.notify_all();
      return;
    }
    changed_.wait(lock, [&] { return generation_ != generation; });
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  uint32_t arrived_ = 0, generation_ = 0;
};

struct Block {
  std::vector<Barrier> warps;
  std::vector<WarpSlots> slots;
  Barrier barrier;
  uint32_t threads;
};

Block* block;
thread_local Thread* own;

} // namespace

Thread& current() { return *own; }
WarpSlots& current_slots() { return block->slots[own->place.thread / 32]; }
void block_barrier() { block->barrier.wait(block->threads); }
void warp_barrier() { block->warps[own->place.thread / 32].wait(32); }

const char* run_block(const Launch& launch, std::vector<Thread>& threads, const std::function<void()>& kernel, uint64_t) {
  Block all{std::vector<Barrier>(launch.threads / 32), std::vector<WarpSlots>(launch.threads / 32), {}, launch.threads};
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
