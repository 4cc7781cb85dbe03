// All kernels as one module.
#include "attack_step.cu"
#include "feature_distance.cu"
#include "feature_pack.cu"
#include "perturb_forward.cu"
#include "rerank_exact.cu"
#include "scan_topk.cu"
