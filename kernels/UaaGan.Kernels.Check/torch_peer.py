"""What DeviceBenchmark.cs times, by PyTorch's operations on the GPU."""
import sys
import time

try:
    import torch
except ImportError as error:
    sys.exit(str(error))
if not torch.cuda.is_available():
    sys.exit("torch sees no GPU")


def measure(run):
    for _ in range(3):
        run()
    torch.cuda.synchronize()
    start, times = time.perf_counter(), 0
    while time.perf_counter() - start < 0.5:
        for _ in range(10):
            run()
        torch.cuda.synchronize()
        times += 10
    return (time.perf_counter() - start) / times


def perturb():
    levels = (raw.tanh() * 8 + before).clamp_(0, 255).round_()
    difference = levels - before
    statistics = difference.abs().amax((1, 2, 3)), difference.abs().sum((1, 2, 3)), difference.square().sum((1, 2, 3))
    return levels.to(torch.uint8).permute(0, 2, 3, 1).contiguous(), levels.div(255).mul_(4).sub_(2), statistics


raw = torch.randn(64, 3, 224, 224, device="cuda")
before = torch.randint(0, 256, (64, 224, 224, 3), device="cuda", dtype=torch.uint8).permute(0, 3, 1, 2).contiguous()
print(f"torch {torch.__version__}, chain of operations, 64 images of 224x224: {measure(perturb) * 1e3:.3f} ms")

rows = torch.nn.functional.normalize(torch.randn(1_000_000, 512, device="cuda")).bfloat16()
queries = torch.nn.functional.normalize(torch.randn(1024, 512, device="cuda")).bfloat16()
seconds = measure(lambda: torch.matmul(queries, rows.t()))
print(f"torch matmul in bfloat16: {seconds * 1e3:.2f} ms, {2 * 1e6 * 512 * 1024 / seconds / 1e12:.0f} TFLOP/s")
print(f"torch matmul and topk(100) in bfloat16, not exact: {measure(lambda: torch.matmul(queries, rows.t()).topk(100)) * 1e3:.2f} ms")
