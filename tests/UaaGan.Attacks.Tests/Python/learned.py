"""The trainings of generators as their papers tell them, in plain torch and double precision: learned.py FOLDER.

Reads given.safetensors (the weights of attacks.py's network, images, and for each method the first weights of G and D) and cases.json (for
each method its options, epsilon and steps); writes expected.safetensors: by method the adversarial images after those steps on that one
batch, and the same as they are saved, in uint8.
"""

import json
import math
import pathlib
import sys

import torch
from torch.nn import functional as F

from safetensors_files import read_safetensors, write_safetensors

FOLDER = pathlib.Path(sys.argv[1])
given = read_safetensors(FOLDER / "given.safetensors")


def target(x):
    x = F.softplus(F.conv2d(x, given["conv1"], stride=2))
    x = torch.tanh(F.conv2d(x, given["conv2"]))
    return F.normalize(x.mean((2, 3)) @ given["linear"])


def conv(x, weights, name, **more):
    return F.conv2d(x, weights[name + ".weight"], weights[name + ".bias"], **more)


def norm(x, weights, name):
    return F.instance_norm(x, weight=weights[name + ".weight"], bias=weights[name + ".bias"])


def generator(x, w, cell, blocks, eps, masked):
    x = F.relu(conv(F.pixel_unshuffle((x - 0.5) * 4, cell), w, "entry"))
    for i in range(blocks):
        inner = F.relu(norm(conv(x, w, f"blocks.{i}.conv1", padding=1), w, f"blocks.{i}.norm"))
        x = x + conv(inner, w, f"blocks.{i}.conv2", padding=1)
    x = F.relu(x)
    perturbation = eps * torch.tanh(F.pixel_shuffle(conv(x, w, "exit"), cell))
    if not masked:
        return perturbation, None
    mask = F.pixel_shuffle(conv(x, w, "mask"), cell)
    least, most = mask.amin((1, 2, 3), keepdim=True), mask.amax((1, 2, 3), keepdim=True)
    mask = (mask - least) / (most - least + 1e-6)
    return perturbation * mask, mask


def discriminator(x, w):
    x = F.leaky_relu(conv(F.pixel_unshuffle(x - 0.5, 4), w, "conv1"), 0.2)
    x = F.leaky_relu(norm(conv(x, w, "conv2", stride=2, padding=1), w, "norm"), 0.2)
    return conv(x, w, "exit")


def distance(a, b):
    return ((a - b + 1e-7) ** 2).sum(1).sqrt()


def ssim(a, b):
    """One channel [N,1,H,W] of each."""
    bell = torch.tensor([math.exp(-((i - 5) ** 2) / (2 * 1.5**2)) for i in range(11)], dtype=torch.float64)
    window = torch.outer(bell / bell.sum(), bell / bell.sum()).reshape(1, 1, 11, 11)
    blur = lambda x: F.conv2d(x, window)
    ma, mb = blur(a), blur(b)
    va, vb, cov = blur(a * a) - ma**2, blur(b * b) - mb**2, blur(a * b) - ma * mb
    c1, c2 = 0.01**2, 0.03**2
    return (((2 * ma * mb + c1) * (2 * cov + c2)) / ((ma**2 + mb**2 + c1) * (va + vb + c2))).mean((1, 2, 3))


class UaaGan:
    def __init__(self, options):
        self.o, self.weight, self.mean, self.memory = options, 0.0, None, None

    def loss(self, images, made, perturb, judge, step, total):
        o, adversarial = self.o, (images + made).clamp(0, 1)
        # Rounded going forward, the identity going backward.
        saved = adversarial + ((adversarial.detach() * 255).round() / 255 - adversarial.detach())
        clean = target(images).detach()
        between = (2 - 2 * clean @ clean.T).clamp(min=0).sqrt()
        shift = distance(target(saved), clean)
        loss = o["lambda-metric"] * (between.max(1).values + o["margin"] - shift).clamp(min=0).mean()
        # Far fewer than 512 images: nothing is forgotten. The memory is of float32.
        kept = clean.float().double()
        self.memory = kept if self.memory is None else torch.cat([self.memory, kept])
        weights = F.softmax(-(clean @ self.memory.T) / 0.05, 1)
        loss = loss - o["lambda-attraction"] * (weights * (target(saved) @ self.memory.T)).sum(1).mean()
        count = (len(images) + 1) // 2
        swapped = (images + made.roll(1, 0))[:count].clamp(0, 1)
        loss = loss + o["lambda-swap"] * distance(target(swapped), clean[:count]).mean()
        loss = loss + o["lambda-gan"] * ((judge(adversarial) - 1) ** 2).mean()
        channel = slice(step % 3, step % 3 + 1)
        similarity = ssim(images[:, channel], saved[:, channel]).mean()
        loss = loss + self.weight * (1 - similarity)
        now = similarity.item()
        self.mean = now if self.mean is None else 0.9 * self.mean + 0.1 * now
        self.weight = min(max(self.weight + 40 * (o["ssim-target"] - self.mean), 0), 1000)
        return loss

    def masked(self, step, total):
        return False


class Ssae:
    def __init__(self, options):
        self.o = options

    def loss(self, images, made, perturb, judge, step, total):
        made, mask = made
        cosine = (target((images + made).clamp(0, 1)) * target(images).detach()).sum(1)
        loss = (cosine + 1).mean()
        if mask is not None:
            loss = loss + self.o["lambda-mask"] * (mask**2).sum(2).add(1e-12).sqrt().sum((1, 2)).mean()
        return loss

    def masked(self, step, total):
        return step >= self.o["mask-start"] * total


class MisRanking:
    def __init__(self, options):
        self.o = options

    def loss(self, images, made, perturb, judge, step, total):
        o, adversarial = self.o, (images + made).clamp(0, 1)
        mirror = images.flip(3)
        f, g = target(adversarial), target((mirror + perturb(mirror)).clamp(0, 1))
        views, losses = torch.cat([f, g]), []
        for i in range(len(images)):
            same = distance(f[i : i + 1], g[i : i + 1])[0]
            for own in (f[i], g[i]):
                others = [j for j in range(len(views)) if j % len(images) != i]
                farthest = torch.stack([(2 - 2 * own @ views[j]).clamp(min=0).add(1e-12).sqrt() for j in others]).max()
                losses.append((farthest - same + o["margin"]).clamp(min=0))
        loss = o["lambda-rank"] * torch.stack(losses).mean() + o["lambda-gan"] * ((judge(adversarial) - 1) ** 2).mean()
        channel = slice(step % 3, step % 3 + 1)
        return loss + o["lambda-ssim"] * (1 - ssim(images[:, channel], adversarial[:, channel]).mean())

    def masked(self, step, total):
        return False


METHODS = {"uaa-gan": UaaGan, "ssae": Ssae, "mis-ranking": MisRanking}


def train(name, case):
    options, eps, total = case["options"], case["levels"] / 255, case["steps"]
    weights = {part: {key.split("/", 2)[2]: value.requires_grad_() for key, value in given.items() if key.startswith(f"{name}/{part}/")} for part in ("generator", "discriminator")}
    method, images = METHODS[name](options), given["images"]
    cell, blocks = int(options["unshuffle"]), int(options["generator-blocks"])
    run = lambda x, masked: generator(x, weights["generator"], cell, blocks, eps, masked)
    betas = (options["beta1"], options["beta2"])
    g_adam = torch.optim.Adam(weights["generator"].values(), lr=1, betas=betas)
    d_adam = torch.optim.Adam(weights["discriminator"].values(), lr=options.get("discriminator-learning-rate", 0), betas=betas) if weights["discriminator"] else None
    judge = lambda x: discriminator(x, weights["discriminator"])
    for step in range(total):
        masked = method.masked(step, total)
        output = run(images, masked)
        if d_adam:
            d_adam.zero_grad()
            fake = (images + output[0].detach()).clamp(0, 1)
            (((judge(images) - 1) ** 2).mean() + (judge(fake) ** 2).mean()).backward()
            d_adam.step()
        g_adam.zero_grad()
        made = output if name == "ssae" else output[0]
        method.loss(images, made, lambda x: run(x, masked)[0], judge, step, total).backward()
        # The rate rises over 20 steps, and falls only after more.
        for group in g_adam.param_groups:
            group["lr"] = options["learning-rate"] * min(1, (step + 1) / 20)
        for value in weights["generator"].values():
            # Ours gives a parameter that takes no part a gradient of zero; Adam would pass it over.
            value.grad = torch.zeros_like(value) if value.grad is None else value.grad
        g_adam.step()
    return (images + run(images, name == "ssae")[0]).clamp(0, 1).detach()


def main():
    torch.set_num_threads(1)
    expected = {}
    for name, case in json.loads((FOLDER / "cases.json").read_text()).items():
        made = train(name, case)
        expected[name] = made
        expected[f"{name}/saved"] = (made.float() * 255).round().to(torch.uint8)
    write_safetensors(FOLDER / "expected.safetensors", dict(sorted(expected.items(), key=lambda item: -item[1].element_size())))


main()
