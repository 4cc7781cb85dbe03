// A CUDA driver for tests. Memory is the host's; a launch runs the kernel under the emulator, whose functions are linked in; a stream
// that captures records instead. Every call is counted, and the chosen one fails.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>
#include "../../../../kernels/emulator/launch.h"

namespace {

struct Recorded {
  std::string kernel;
  std::vector<unsigned char> argument;
  emulated::Launch launch;
};

struct Stream {
  bool capturing = false;
  std::vector<Recorded> recorded;
};

struct Function {
  std::string name;
  int shared_bytes = 48 << 10;
};

struct State {
  std::string fail_call, calls;
  int fail_code = 0, fail_after = 0;
  bool poisoned = false;
  int devices = 1, major = 9, minor = 0;
  int contexts = 0, modules = 0, memory = 0, streams = 0, graphs = 0;
  bool wrong_results = false;
  std::vector<Function*> functions;
} state;

thread_local uintptr_t current = 0;
constexpr uintptr_t Context = 0xc0;

bool lost(int code) { return code == 700 || code == 719; }

// Services call from several threads, and the garbage collector frees from its own.
std::mutex entrance;

int enter(const char* call) {
  const std::lock_guard guard(entrance);
  state.calls += call;
  state.calls += '\n';
  if (state.poisoned) return 700;
  if (state.fail_code == 0 || state.fail_call != call || state.fail_after-- > 0) return 0;
  const int code = state.fail_code;
  state.fail_code = 0;
  state.poisoned = lost(code);
  return code;
}

int enter_context(const char* call) {
  const int code = enter(call);
  return code != 0 ? code : current == Context ? 0 : 201;
}

using Emulate = const char* (*)(const void*, const emulated::Launch*);
struct Kernel {
  const char* name;
  Emulate emulate;
  uint32_t size;
};

} // namespace

#define KERNEL(name) \
  extern "C" const char* emulate_##name(const void*, const emulated::Launch*); \
  extern "C" uint32_t size_of_arguments_of_##name();
KERNEL(perturb_forward)
KERNEL(attack_gradient_sums)
KERNEL(attack_step)
KERNEL(feature_pack)
KERNEL(feature_distance)
KERNEL(scan_topk_128)
KERNEL(scan_topk_16)
KERNEL(rerank_exact)

namespace {

const Kernel* find(const char* name) {
#define ROW(kernel) {#kernel, emulate_##kernel, size_of_arguments_of_##kernel()}
  static const Kernel all[] = {ROW(perturb_forward), ROW(attack_gradient_sums), ROW(attack_step), ROW(feature_pack), ROW(feature_distance), ROW(scan_topk_128), ROW(scan_topk_16), ROW(rerank_exact)};
  for (const Kernel& kernel : all)
    if (std::strcmp(kernel.name, name) == 0) return &kernel;
  return nullptr;
}

int run(const Recorded& recorded) {
  return find(recorded.kernel.c_str())->emulate(recorded.argument.data(), &recorded.launch) == nullptr ? 0 : 719;
}

int busy(uintptr_t stream) { return stream != 0 && reinterpret_cast<Stream*>(stream)->capturing ? 900 : 0; }

} // namespace

extern "C" {

void fake_reset() {
  for (Function* function : state.functions) delete function;
  state = State();
}
void fake_fail(const char* call, int code, int after) { state.fail_call = call, state.fail_code = code, state.fail_after = after; }
void fake_device(int devices, int major, int minor) { state.devices = devices, state.major = major, state.minor = minor; }
void fake_compute_wrong() { state.wrong_results = true; }
const char* fake_calls() { return state.calls.c_str(); }
int fake_live() { return state.contexts + state.modules + state.memory + state.streams + state.graphs; }

int cuInit(unsigned) { return enter("cuInit"); }
int cuDriverGetVersion(int* version) { *version = 12080; return enter("cuDriverGetVersion"); }
int cuGetErrorName(int code, const char** name) {
  *name = code == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : code == 700 ? "CUDA_ERROR_ILLEGAL_ADDRESS" : "CUDA_ERROR_OF_THE_TEST";
  return code == 12345 ? 1 : 0;
}
int cuDeviceGetCount(int* count) { *count = state.devices; return enter("cuDeviceGetCount"); }
int cuDeviceGet(int* device, int ordinal) { *device = ordinal; return enter("cuDeviceGet"); }
int cuDeviceGetName(char* name, int, int) { std::strcpy(name, "Fake GPU"); return enter("cuDeviceGetName"); }
int cuDeviceGetAttribute(int* value, int attribute, int) {
  *value = attribute == 75 ? state.major : attribute == 76 ? state.minor : attribute == 16 ? 2 : 0;
  return enter("cuDeviceGetAttribute");
}
int cuDevicePrimaryCtxRetain(uintptr_t* context, int) {
  const int code = enter("cuDevicePrimaryCtxRetain");
  if (code == 0) *context = Context, state.contexts++;
  return code;
}
int cuDevicePrimaryCtxRelease_v2(int) { state.contexts--; return enter("cuDevicePrimaryCtxRelease_v2"); }
int cuCtxSetCurrent(uintptr_t context) { current = context; return enter("cuCtxSetCurrent"); }
int cuModuleLoadDataEx(uintptr_t* module, const char* image, unsigned, int*, void**) {
  const int code = enter_context("cuModuleLoadDataEx");
  const std::string target = ".target sm_" + std::to_string(state.major) + std::to_string(state.minor);
  if (code == 0 && std::strstr(image, target.c_str()) == nullptr) return 218;
  if (code == 0) *module = 0xa0, state.modules++;
  return code;
}
int cuModuleUnload(uintptr_t) { state.modules--; return enter_context("cuModuleUnload"); }
int cuModuleGetFunction(Function** function, uintptr_t, const char* name) {
  const int code = enter_context("cuModuleGetFunction");
  if (code != 0) return code;
  if (find(name) == nullptr) return 500;
  state.functions.push_back(*function = new Function{name});
  return 0;
}
int cuFuncSetAttribute(Function* function, int attribute, int value) {
  const int code = enter_context("cuFuncSetAttribute");
  if (code == 0 && attribute == 8) function->shared_bytes = value;
  return code;
}
int cuLaunchKernel(Function* function, unsigned x, unsigned y, unsigned z, unsigned threads, unsigned, unsigned, unsigned shared, uintptr_t stream, void** arguments, void**) {
  const int code = enter_context("cuLaunchKernel");
  if (code != 0) return code;
  if (x == 0 || y == 0 || y > 65535 || z != 1 || static_cast<int>(shared) > function->shared_bytes) return 1;
  const auto* bytes = static_cast<const unsigned char*>(arguments[0]);
  Recorded recorded = {function->name, {bytes, bytes + find(function->name.c_str())->size}, {x, y, threads, shared, 1}};
  if (stream != 0 && reinterpret_cast<Stream*>(stream)->capturing) {
    reinterpret_cast<Stream*>(stream)->recorded.push_back(std::move(recorded));
    return 0;
  }
  return state.wrong_results ? 0 : run(recorded);
}
int cuMemAlloc_v2(void** address, size_t bytes) {
  const int code = enter_context("cuMemAlloc_v2");
  if (code == 0) *address = std::aligned_alloc(256, (bytes + 255) / 256 * 256), __atomic_add_fetch(&state.memory, 1, __ATOMIC_RELAXED);
  return code;
}
int cuMemFree_v2(void* address) {
  std::free(address);
  __atomic_sub_fetch(&state.memory, 1, __ATOMIC_RELAXED);
  return enter_context("cuMemFree_v2");
}
int cuMemcpyHtoDAsync_v2(void* to, const void* from, size_t bytes, uintptr_t stream) {
  const int code = enter_context("cuMemcpyHtoDAsync_v2");
  if (code == 0 && busy(stream) == 0) std::memcpy(to, from, bytes);
  return code != 0 ? code : busy(stream);
}
int cuMemcpyDtoHAsync_v2(void* to, const void* from, size_t bytes, uintptr_t stream) {
  const int code = enter_context("cuMemcpyDtoHAsync_v2");
  if (code == 0 && busy(stream) == 0) std::memcpy(to, from, bytes);
  return code != 0 ? code : busy(stream);
}
int cuMemcpyDtoDAsync_v2(void* to, const void* from, size_t bytes, uintptr_t) {
  const int code = enter_context("cuMemcpyDtoDAsync_v2");
  if (code == 0) std::memcpy(to, from, bytes);
  return code;
}
int cuMemsetD8Async(void* to, unsigned char value, size_t bytes, uintptr_t stream) {
  const int code = enter_context("cuMemsetD8Async");
  if (code == 0 && busy(stream) == 0) std::memset(to, value, bytes);
  return code != 0 ? code : busy(stream);
}
int cuStreamCreate(Stream** stream, unsigned) {
  const int code = enter_context("cuStreamCreate");
  if (code == 0) *stream = new Stream, state.streams++;
  return code;
}
int cuStreamDestroy_v2(Stream* stream) { delete stream; state.streams--; return enter_context("cuStreamDestroy_v2"); }
int cuStreamSynchronize(uintptr_t stream) {
  const int code = enter_context("cuStreamSynchronize");
  return code != 0 ? code : busy(stream);
}
int cuStreamBeginCapture_v2(Stream* stream, int) {
  const int code = enter_context("cuStreamBeginCapture_v2");
  if (code == 0) stream->capturing = true;
  return code;
}
int cuStreamEndCapture(Stream* stream, std::vector<Recorded>** graph) {
  const int code = enter_context("cuStreamEndCapture");
  stream->capturing = false;
  if (code == 0) *graph = new std::vector<Recorded>(stream->recorded), state.graphs++;
  return code;
}
int cuGraphInstantiateWithFlags(std::vector<Recorded>** executable, const std::vector<Recorded>* graph, unsigned long long) {
  const int code = enter_context("cuGraphInstantiateWithFlags");
  if (code == 0) *executable = new std::vector<Recorded>(*graph), state.graphs++;
  return code;
}
int cuGraphLaunch(const std::vector<Recorded>* executable, uintptr_t) {
  int code = enter_context("cuGraphLaunch");
  for (const Recorded& recorded : *executable)
    if (code == 0) code = run(recorded);
  return code;
}
int cuGraphExecDestroy(std::vector<Recorded>* executable) { delete executable; state.graphs--; return enter_context("cuGraphExecDestroy"); }
int cuGraphDestroy(std::vector<Recorded>* graph) { delete graph; state.graphs--; return enter_context("cuGraphDestroy"); }

}
