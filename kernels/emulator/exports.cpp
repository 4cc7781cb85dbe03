// The kernels as functions of a shared library. Each answers null, or what the kernel did wrong.
#include "../cuda/uaagan.cu"
#include "launch.h"

#define EXPORT(kernel, Arguments)                                                                                                       \
  extern "C" const char* emulate_##kernel(const Arguments* arguments, const emulated::Launch* launch) {                                 \
    return emulated::run(*launch, [arguments] { kernel(*arguments); });                                                                 \
  }                                                                                                                                     \
  extern "C" uint32_t size_of_arguments_of_##kernel() { return sizeof(Arguments); }

EXPORT(perturb_forward, PerturbArguments)
EXPORT(attack_gradient_sums, AttackStepArguments)
EXPORT(attack_step, AttackStepArguments)
EXPORT(feature_pack, FeaturePackArguments)
EXPORT(feature_distance, FeatureDistanceArguments)
EXPORT(scan_topk_128, ScanArguments)
EXPORT(scan_topk_16, ScanArguments)
EXPORT(rerank_exact, RerankArguments)

// What each kernel keeps in shared memory, for the launch plans to agree with.
extern "C" uint32_t shared_bytes_of_perturb_forward() { return sizeof(PerturbShared); }
extern "C" uint32_t shared_bytes_of_attack_gradient_sums() { return sizeof(AttackShared); }
extern "C" uint32_t shared_bytes_of_scan_topk_128() { return sizeof(ScanShared<128>); }
extern "C" uint32_t shared_bytes_of_scan_topk_16() { return sizeof(ScanShared<16>); }
extern "C" uint32_t shared_bytes_of_rerank_exact() { return sizeof(RerankShared); }

extern "C" float emulate_hyperbolic_tangent(float x) { return hyperbolic_tangent(x); }
extern "C" float emulate_unit_of(float level) { return unit_of(level); }
