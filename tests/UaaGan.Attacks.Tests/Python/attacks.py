"""The iterative attacks and the universal one as their papers tell them, in plain torch and double precision: attacks.py FOLDER.

Reads given.safetensors (a network's weights, images, a guide, random draws on [-1,1) by restart and for the universal perturbation,
normal ones by size and number) and
cases.json (method, epsilon in grey levels, options); writes expected.safetensors: what each case makes of the images, the same as it is
saved, in uint8, and the universal perturbation of the images after 25 epochs of one batch.
"""

import json
import math
import pathlib
import sys

import torch
from torch.nn import functional as F

from safetensors_files import read_safetensors, write_safetensors

given = read_safetensors(pathlib.Path(sys.argv[1]) / "given.safetensors")


def network(x):
    """Smooth everywhere, so that rounding decides no gradient's sign."""
    x = F.softplus(F.conv2d(x, given["conv1"], stride=2))
    x = torch.tanh(F.conv2d(x, given["conv2"]))
    return F.normalize(x.mean((2, 3)) @ given["linear"])


def project(x, images, eps):
    return torch.min(torch.max(x, images - eps), images + eps).clamp(0, 1)


def gradient(x, loss):
    x = x.detach().requires_grad_()
    loss(network(x)).sum().backward()
    return x.grad


def kurakin(options, levels):
    return int(options.get("steps", 0)) or round(min(levels + 4, 1.25 * levels))


def away_from(clean):
    # The distance has no gradient at the image itself; robrank's shift gives it one.
    return lambda f: (f - clean + 1e-7).norm(dim=1)


def sign_steps(x, images, eps, size, steps, loss):
    for _ in range(steps):
        x = project(x + size * gradient(x, loss).sign(), images, eps)
    return x


def fgsm(images, eps, levels, options):
    near = project(images + given["noise.0"] / 255, images, eps)
    return project(images + eps * gradient(near, away_from(network(images))).sign(), images, eps)


def bim(images, eps, levels, options):
    return sign_steps(images, images, eps, 1 / 255, kurakin(options, levels), away_from(network(images)))


def pgd(images, eps, levels, options):
    steps, loss = int(options.get("steps", 20)), away_from(network(images))
    best = None
    for restart in range(int(options.get("restarts", 1))):
        start = project(images + eps * given[f"noise.{restart}"], images, eps)
        x = sign_steps(start, images, eps, 2.5 * eps / steps, steps, loss)
        reached = loss(network(x))
        if best is None:
            best, farthest = x, reached
        better = reached > farthest
        best = torch.where(better.reshape(-1, 1, 1, 1), x, best)
        farthest = torch.where(better, reached, farthest)
    return best


def mi_fgsm(images, eps, levels, options):
    x, momentum, loss = images, 0, away_from(network(images))
    for _ in range(10):
        g = gradient(x, loss)
        momentum = float(options.get("decay", 1)) * momentum + g / g.abs().sum((1, 2, 3), keepdim=True)
        x = project(x + eps / 10 * momentum.sign(), images, eps)
    return x


def odfa(images, eps, levels, options):
    target = -network(images)
    # At the image itself the loss of unit features has no gradient.
    x, total = project(images + given["noise.0"] / 255, images, eps), torch.zeros_like(images)
    for _ in range(kurakin(options, levels)):
        total = (total + gradient(x, lambda f: ((f - target) ** 2).mean(1)).sign()).clamp(-levels, levels)
        x = (images - total / 255).clamp(0, 1)
    return x


def sma(images, eps, levels, options):
    clean = network(images)
    start = project(images + eps * given["noise.0"], images, eps)
    return sign_steps(start, images, eps, 1 / 255, kurakin(options, levels), lambda f: ((f - clean) ** 2).sum(1))


def adam(x, images, eps, rate, steps, cost, enough=None):
    x = x.clone().requires_grad_()
    done = torch.zeros(len(images), dtype=torch.bool)
    optimizer = torch.optim.Adam([x], lr=rate)
    for _ in range(steps):
        before = x.detach().clone()
        features = network(x)
        if enough is not None:
            done |= enough(features.detach())
            if done.all():
                break
        optimizer.zero_grad()
        cost(features).sum().backward()
        optimizer.step()
        with torch.no_grad():
            x.copy_(torch.where(done.reshape(-1, 1, 1, 1), before, project(x, images, eps)))
    return x.detach()


def pire(images, eps, levels, options):
    clean = network(images)
    start = project(images + eps * given["noise.0"], images, eps)
    return adam(start, images, eps, 0.00255 * eps, int(options.get("steps", 200)), lambda f: -((f - clean) ** 2).sum(1))


def tma(images, eps, levels, options):
    guide = network(given["guide"])
    near = float(options.get("stop-distance", 0))
    enough = (lambda f: (f - guide).norm(dim=1) <= near) if near > 0 else None
    return adam(images, images, eps, 0.01, 100, lambda f: 1 - (f * guide).sum(1), enough)


def nes(images, eps, levels, options):
    steps, directions, sigma = int(options["steps"]), int(options["population"]) // 2, float(options.get("sigma", 2)) / 255
    side = min(int(options.get("noise-size", 32)), images.shape[2])
    loss, x, drawn = away_from(network(images)), project(images + eps * given["noise.0"], images, eps), 0
    for _ in range(steps):
        estimate = torch.zeros_like(x)
        for _ in range(directions):
            u = F.interpolate(given[f"direction.{side}.{drawn}"], images.shape[2:], mode="bilinear", align_corners=False)
            change = loss(network(x + sigma * u)) - loss(network(x - sigma * u))
            estimate += change.reshape(-1, 1, 1, 1) * u / (2 * sigma * directions)
            drawn += 1
        x = project(x + 2.5 * eps / steps * estimate.sign(), images, eps)
    return x


def rays(images, eps, levels, options):
    queries, threshold = int(options["queries"]), float(options["threshold"])
    made = []
    for x in images.split(1):
        clean, asked = network(x), 0

        def far(signs, radius):
            nonlocal asked
            asked += 1
            return (network((x + radius * signs.view_as(x)).clamp(0, 1)) - clean).norm().item() >= threshold

        best, radius, found, level, index = torch.ones(x.numel(), dtype=x.dtype), 1.0, False, 0, 0
        while asked < queries and not (found and radius <= eps):
            size = math.ceil(x.numel() / min(2**level, x.numel()))
            start, end = index * size, min(x.numel(), (index + 1) * size)
            attempt = best.clone()
            attempt[start:end] *= -1
            if far(attempt, radius):
                low, high = 0.0, radius
                while high - low > 0.25 / 255 and asked < queries:
                    middle = (low + high) / 2
                    if far(attempt, middle):
                        high = middle
                    else:
                        low = middle
                if not found or high < radius:
                    best, radius, found = attempt, high, True
            index += 1
            if end == x.numel():
                level, index = level + 1, 0
        made.append(project(x + min(radius, eps) * best.view_as(x), x, eps))
    return torch.cat(made)


def universal(images, eps):
    clean = network(images)
    v, momentum, saturated = (given["noise.universal"] / 255).clamp(-eps, eps), 0, 0
    for epoch in range(25):
        before, saturated = saturated, (v.abs() >= eps).double().mean().item()
        if abs(saturated - before) < 1e-5 and saturated > 0.5:
            v = v / 2
        v.requires_grad_()
        loss = (((network((images + v).clamp(0, 1)) * clean).sum(1) + 1) / 2).mean()
        (g,) = torch.autograd.grad(loss, v)
        momentum = momentum + g / g.abs().sum()
        v = (v.detach() - eps / 10 * math.exp(-0.01 * epoch) * momentum.sign()).clamp(-eps, eps)
    return v


METHODS = {"fgsm": fgsm, "bim": bim, "pgd": pgd, "mi-fgsm": mi_fgsm, "odfa": odfa, "sma": sma, "pire": pire, "tma": tma, "nes": nes, "rays": rays}


def main():
    # Its worker threads would wait for each other on a busy machine.
    torch.set_num_threads(1)
    folder = pathlib.Path(sys.argv[1])
    expected = {"universal": universal(given["images"], 8 / 255)}
    for name, case in json.loads((folder / "cases.json").read_text()).items():
        images = given["images"]
        made = METHODS[case["method"]](images, case["levels"] / 255, case["levels"], case["options"]).detach()
        expected[name] = made
        expected[f"{name}/saved"] = (made.float() * 255).round().to(torch.uint8)
    write_safetensors(folder / "expected.safetensors", dict(sorted(expected.items(), key=lambda item: -item[1].element_size())))


main()
