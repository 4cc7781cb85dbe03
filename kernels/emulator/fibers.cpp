// The threads of a block as fibers of one thread, in an order that the seed shuffles anew at every round; now and then some warps stand
// still while the others run ahead. Shared memory that is read before it is written for good, or written while it is still read, then
// holds poison or a value of another time, and the result shows it. For x86-64.
#include <sys/mman.h>
#include <numeric>
#include <utility>
#include "thread.h"

namespace emulated {

namespace {

constexpr size_t StackBytes = 64 << 10;
constexpr int RoundsOfOneChoice = 64; // rounds after which other warps stand still

struct Barrier {
  uint32_t arrived = 0, generation = 0;
};

struct Block {
  std::vector<Thread>* threads;
  std::vector<void*> stacks; // where each fiber sleeps
  std::vector<bool> ended;
  std::vector<Barrier> warps;
  std::vector<WarpSlots> slots;
  Barrier barrier;
  const std::function<void()>* kernel;
  uint32_t running = 0;
  void* scheduler = nullptr;
  uint64_t progress = 0; // threads that came to a barrier for the first time, left one, or ended
};

thread_local Block* block;

// Saves the registers that a call keeps, changes stacks, and returns on the other one.
__attribute__((naked, noinline)) void change_stack(void**, void*) {
  asm("pushq %rbp\n pushq %rbx\n pushq %r12\n pushq %r13\n pushq %r14\n pushq %r15\n"
      "movq %rsp, (%rdi)\n movq %rsi, %rsp\n"
      "popq %r15\n popq %r14\n popq %r13\n popq %r12\n popq %rbx\n popq %rbp\n ret");
}

void yield() { change_stack(&block->stacks[block->running], block->scheduler); }

void fiber_main() {
  (*block->kernel)();
  block->ended[block->running] = true;
  block->progress++;
  for (;;) yield();
}

void wait(Barrier& barrier, uint32_t threads) {
  const uint32_t generation = barrier.generation;
  block->progress++;
  if (++barrier.arrived == threads) {
    barrier.arrived = 0;
    barrier.generation++;
    // Whoever comes last goes on at once or later, as the seed has it.
  }
  do yield();
  while (barrier.generation == generation);
  block->progress++;
}

// Stacks are kept from launch to launch.
struct Stacks {
  unsigned char* memory = nullptr;
  size_t count = 0;

  unsigned char* top(uint32_t thread, size_t threads) {
    if (count < threads) {
      if (memory != nullptr) munmap(memory, count * StackBytes);
      memory = static_cast<unsigned char*>(mmap(nullptr, threads * StackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
      count = threads;
    }
    return memory + (thread + 1) * StackBytes;
  }

  ~Stacks() {
    if (memory != nullptr) munmap(memory, count * StackBytes);
  }
};

thread_local Stacks stacks;

} // namespace

Thread& current() { return (*block->threads)[block->running]; }
WarpSlots& current_slots() { return block->slots[block->running / 32]; }
void block_barrier() { wait(block->barrier, static_cast<uint32_t>(block->threads->size())); }
void warp_barrier() { wait(block->warps[block->running / 32], 32); }

const char* run_block(const Launch& launch, std::vector<Thread>& threads, const std::function<void()>& kernel, uint64_t seed) {
  Block own;
  own.threads = &threads;
  own.stacks.resize(launch.threads);
  own.ended.resize(launch.threads);
  own.warps.resize(launch.threads / 32);
  own.slots.resize(launch.threads / 32);
  own.kernel = &kernel;
  for (uint32_t i = 0; i < launch.threads; i++) {
    void** top = reinterpret_cast<void**>(stacks.top(i, launch.threads));
    // As if fiber_main had been called: a return address for it to misalign the stack by, itself, and six registers.
    *--top = nullptr;
    *--top = reinterpret_cast<void*>(&fiber_main);
    own.stacks[i] = top - 6;
  }

  block = &own;
  std::vector<uint32_t> order(launch.threads);
  std::iota(order.begin(), order.end(), 0u);
  const char* wrong = nullptr;
  uint64_t still = 0;
  for (int round = 0; !order.empty(); round++) {
    const uint64_t before = own.progress;
    if (round % RoundsOfOneChoice == 0) still = next_random(seed);
    for (size_t i = order.size(); i > 1; i--) std::swap(order[i - 1], order[(next_random(seed) >> 32) * i >> 32]);
    size_t kept = 0;
    for (uint32_t thread : order) {
      own.running = thread;
      if ((still >> (thread / 32) & 1) == 0) change_stack(&own.scheduler, own.stacks[thread]);
      if (!own.ended[thread]) order[kept++] = thread;
    }
    order.resize(kept);
    if (own.progress != before || order.empty()) continue;
    // Those that stand still may be what the others wait for.
    if (std::exchange(still, 0) != 0) continue;
    wrong = "a barrier or collective that not every thread comes to";
    break;
  }
  block = nullptr;
  return wrong;
}

} // namespace emulated
